import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { attachOdd, createOddWork } from "../../tests/support/oddWork.ts";
import { until } from "../../tests/support/until.ts";
import { getLimitName, RETRY_LIMITS, TIMEOUT_REASON } from "../src/retryLimits.ts";

const database = await createTestDatabase();
await attachOdd(database);
const work = await createOddWork();

const insert = (...actions: string[]) => database.query("insert into odd (does) select unnest($1::text[])", [actions]);
const attempts = () =>
  database.query<{ status: string; reason: string; error: string }>(
    "select status, reason, error from batch.attempt order by request_id, attempt",
  );

const start = (env: NodeJS.ProcessEnv = {}) => work.start({ ...database.env, ...env });

describe("a worker whose handler", { timeout: 180_000 }, () => {
  beforeEach(async () => {
    await database.reset();
    await database.query("truncate odd restart identity");
  });
  afterEach(work.end);

  for (const does of ["log and block", "wait forever"]) {
    test(`is asked to ${does}, and has a timeout, records a failure that is retried, and exits with 1`, async () => {
      await insert(does);
      const pod = start({ TIMEOUT_SECONDS: "0.5" });
      assert.equal(await pod.ended, 1);
      assert.match(pod.output(), /"message":"(blocking|waiting)"/);
      assert.deepEqual(await attempts(), [
        { status: "FAILED", reason: TIMEOUT_REASON, error: "timed out after 0.5 s, and had not stopped 1 s later" },
      ]);
      const { counter } = RETRY_LIMITS[getLimitName(TIMEOUT_REASON)];
      assert.deepEqual(await database.query(`select job_name, ${counter} as counted from batch.queue`), [
        { job_name: "a", counted: 1 },
      ]);
    });
  }

  test("blocks in a native call is recorded at its timeout, too; it ends by SIGKILL, since nothing else ends the thread", async () => {
    await insert("block in a native call");
    assert.equal(await start({ TIMEOUT_SECONDS: "0.5" }).ended, 137);
    const [attempt] = await attempts();
    assert.deepEqual([attempt?.status, attempt?.reason], ["FAILED", TIMEOUT_REASON]);
    assert.match(attempt?.error ?? "", /^timed out after 0.5 s/);
  });

  test("stops at its timeout fails because of the timeout", async () => {
    await insert("stop when asked");
    assert.equal(await start({ TIMEOUT_SECONDS: "0.5" }).ended, 1);
    assert.deepEqual(await attempts(), [{ status: "FAILED", reason: TIMEOUT_REASON, error: "timed out after 0.5 s" }]);
  });

  test("fails within its timeout fails for its own reason, however long its thread takes to end", async () => {
    await insert("fail, then block in a native call");
    await start({ TIMEOUT_SECONDS: "1" }).ended;
    assert.match((await attempts())[0]?.error ?? "", /^Error: no luck/);
  });

  test("ends within its timeout is not stopped", async () => {
    await insert("wait half a second");
    assert.equal(await start({ TIMEOUT_SECONDS: "20" }).ended, 0);
  });

  test("blocks keeps its lease, and SIGTERM is recorded as an interruption within the grace period", async () => {
    await insert("log and block without computing");
    const pod = start({ LEASE_SECONDS: "1", GRACE_SECONDS: "4" });
    await pod.prints("blocking");
    const leases = new Set<string>();
    await until("its lease was renewed ten times", async () => {
      const [row] = await database.query(
        "select lease_until::text as lease, lease_until > now() as kept from batch.queue",
      );
      assert.equal(row?.kept, true);
      leases.add(row?.lease);
      return leases.size > 10;
    });
    pod.child.kill("SIGTERM");
    assert.equal(await pod.ended, 4);
    assert.deepEqual(await attempts(), [
      {
        status: "FAILED",
        reason: "interrupted",
        error: "InterruptedError: asked to stop by SIGTERM, and had not stopped before the grace period ended",
      },
    ]);
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    test(`takes its time gets the whole grace period although ${signal} is sent twice, and the interruption is recorded`, async () => {
      await insert("log and block without computing");
      const pod = start({ GRACE_SECONDS: "3" });
      await pod.prints("blocking");
      const asked = performance.now();
      pod.child.kill(signal);
      setTimeout(() => pod.child.kill(signal), 500);
      assert.equal(await pod.ended, 4);
      assert.ok(performance.now() - asked > 2_000);
      assert.deepEqual(
        (await attempts()).map(({ reason }) => reason),
        ["interrupted"],
      );
    });
  }

  for (const [does, error] of Object.entries({
    exit: /process\.exit\(3\)/,
    "return what is nested deeply": /Maximum call stack size exceeded/,
    "save what is nested deeply": /Maximum call stack size exceeded/,
    fail: /^Error: no luck\n.*caused by Error: rain\n/s,
  })) {
    test(`is asked to ${does} records that as an error, logs it and exits with 1`, async () => {
      await insert(does);
      const pod = start();
      assert.equal(await pod.ended, 1);
      const [attempt] = await attempts();
      assert.deepEqual([attempt?.status, attempt?.reason], ["FAILED", "error"]);
      assert.match(attempt?.error ?? "", error);
      assert.ok(pod.output().includes(JSON.stringify(attempt?.error)));
    });
  }

  test("has a library that sends messages to the thread's parent is not disturbed by them", async () => {
    await insert("send messages of its own");
    assert.equal(await start().ended, 0);
  });

  test("uses all the memory of its thread records a crash with that reason, and exits with 1", async () => {
    await insert("use all memory");
    // A young generation of the usual size may not fit when it is promoted: then V8 ends the whole process, which is found dead.
    assert.equal(await start({ NODE_OPTIONS: "--max-old-space-size=64 --max-semi-space-size=1" }).ended, 1);
    const [attempt] = await attempts();
    assert.deepEqual([attempt?.status, attempt?.reason], ["FAILED", "crashed"]);
    assert.match(attempt?.error ?? "", /out of memory/);
    assert.deepEqual(await database.query("select errors, crashes from batch.queue"), [{ errors: 0, crashes: 1 }]);
  });

  test("leaves a timer behind that throws does not affect the Job's next requests", async () => {
    await insert("succeed with a timer left", "wait half a second", "succeed with a timer left", "wait half a second");
    assert.equal(await start({ REQUESTS_PER_JOB: "4" }).ended, 0);
    assert.deepEqual(
      (await attempts()).map(({ status }) => status),
      Array(4).fill("SUCCESS"),
    );
  });

  test("leaves a program running in a container ends it, and nothing that the container has started before", {
    skip: process.getuid?.() !== 0 && "only root can make a PID namespace",
  }, async () => {
    await insert("leave a program with an environment of its own", "report what else sleeps");
    const container = ["unshare", "--pid", "--fork", "--mount-proc", "sh", "-c", 'sleep 1004 & exec "$0" "$@"'];
    assert.equal(await work.start({ ...database.env, REQUESTS_PER_JOB: "2" }, container).ended, 0);
    const results = await database.query("select result from batch.request order by request_id");
    assert.deepEqual(results, [{ result: null }, { result: ["sleep 1004"] }]);
  });

  test("saved a checkpoint before it failed gets it at the next attempt; progress and result are stored", async () => {
    await insert("count attempts");
    assert.equal(await start().ended, 1);
    assert.equal(await start().ended, 0);
    const [request] = await database.query("select status, result from batch.request");
    assert.deepEqual(request, { status: "SUCCESS", result: { attempts: 1 } });
    assert.deepEqual(await database.query("select progress from batch.attempt order by attempt limit 1"), [
      { progress: { done: 1, total: 2 } },
    ]);
  });

  test("prints much output loses none of it", async () => {
    await insert("print, then succeed");
    const pod = start();
    assert.equal(await pod.ended, 0);
    assert.equal(pod.output().match(/^printed \d+$/gm)?.length, 2_000);
    assert.equal(pod.output().match(/"message":"logged"/g)?.length, 2_000);
  });

  test("prints faster than its output is read waits, and fills no memory", {
    skip: process.platform !== "linux",
  }, async () => {
    await insert("print large chunks");
    const pod = start();
    await pod.prints("printing");
    pod.child.stdout?.pause();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pod.child.pid}/status`, "latin1")) ?? [];
    assert.ok(Number(kilobytes) < 300_000, `${kilobytes} kB`);
    pod.child.stdout?.destroy();
    assert.equal(await pod.ended, 0);
  });

  test("prints bytes as text of another encoding prints these bytes", async () => {
    await insert("print in other encodings");
    const pod = start();
    assert.equal(await pod.ended, 0);
    assert.match(pod.output(), /héx, /);
    assert.match(pod.output(), /base64/);
  });

  test("prints more than a pipe holds, to a reader that is late, loses nothing of it", async () => {
    await insert(...Array(4).fill("print, then succeed"));
    const pod = start({ REQUESTS_PER_JOB: "4" });
    pod.child.stdout?.pause();
    await until("the first attempt waits for the reader, or all have ended", async () => {
      const { length } = await attempts();
      await new Promise((resolve) => setTimeout(resolve, 500));
      return length > 0 && (await attempts()).length === length;
    });
    pod.child.stdout?.resume();
    assert.equal(await pod.ended, 0);
    assert.equal(pod.output().match(/^printed \d+$/gm)?.length, 8_000);
    assert.equal(pod.output().match(/"message":"logged"/g)?.length, 8_000);
  });

  test("prints a line without an end leaves the log's lines whole", async () => {
    await insert("print an unfinished line");
    const pod = start();
    assert.equal(await pod.ended, 0);
    const lines = pod.output().trim().split("\n");
    assert.deepEqual(
      lines.map((line) => (line.startsWith("{") ? JSON.parse(line).message : line)),
      ["started", "begun", "logged", ", not ended", "succeeded"],
    );
  });

  test("prints into a closed output continues, and its success is recorded", async () => {
    await insert("wait half a second", "print, then succeed");
    const pod = start({ REQUESTS_PER_JOB: "2" });
    await pod.prints("waiting");
    pod.child.stdout?.destroy();
    pod.child.stderr?.destroy();
    assert.equal(await pod.ended, 0);
    assert.deepEqual(
      (await attempts()).map(({ status }) => status),
      ["SUCCESS", "SUCCESS"],
    );
  });
});
