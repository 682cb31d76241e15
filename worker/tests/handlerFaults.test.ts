import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createOddPods } from "../../tests/support/oddPods.ts";

const { database, insert, attempts, start, reset, end } = await createOddPods();

describe("a worker whose handler", { timeout: 180_000 }, () => {
  beforeEach(reset);
  afterEach(end);

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
    const statuses = (await attempts()).map(({ status }) => status);
    assert.deepEqual(statuses, Array(4).fill("SUCCESS"));
  });

  test("leaves a program running in a container ends it, and nothing that the container has started before", {
    skip: process.getuid?.() !== 0 && "only root can make a PID namespace",
  }, async () => {
    await insert("leave a program with an environment of its own", "report what else sleeps");
    const container = ["unshare", "--pid", "--fork", "--mount-proc", "sh", "-c", 'sleep 1004 & exec "$0" "$@"'];
    assert.equal(await start({ REQUESTS_PER_JOB: "2" }, container).ended, 0);
    const results = await database.query("select result from batch.request order by request_id");
    assert.deepEqual(results, [{ result: null }, { result: ["sleep 1004"] }]);
  });

  test("saved a checkpoint before it failed gets it at the next attempt; progress and result are stored", async () => {
    await insert("count attempts");
    assert.equal(await start().ended, 1);
    assert.equal(await start().ended, 0);
    const [request] = await database.query("select status, result from batch.request");
    assert.deepEqual(request, { status: "SUCCESS", result: { attempts: 1 } });
    const attempts = await database.query("select progress from batch.attempt order by attempt limit 1");
    assert.deepEqual(attempts, [{ progress: { done: 1, total: 2 } }]);
  });
});
