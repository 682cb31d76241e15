import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createFolder } from "../../tests/support/createFolder.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { findFreePort } from "../../tests/support/freePort.ts";
import { startPooler } from "../../tests/support/poolers.ts";
import { HELD_SESSIONS } from "../../tests/support/sessionLocks.ts";
import { until } from "../../tests/support/until.ts";
import { createWorkers } from "../../tests/support/workers.ts";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

const database = await createTestDatabase();
const workers = createWorkers(database);
const { start: startWorker, insert, running } = workers;

const claps = () => database.query("select status, iteration from clap order by id");

describe("a worker process", { timeout: 120_000 }, () => {
  beforeEach(() => database.reset());
  afterEach(workers.end);

  test("with nothing to do exits with 0", async () => {
    assert.equal(await startWorker("a").ended, 0);
  });

  test("with empty settings has the defaults: the work is a handler", async () => {
    const names = ["COMMAND", "COMMAND_DIRECTORY", "FINAL_EXIT_CODES", "PG_SERVER_NAME", "DATABASE_TIMEOUT_SECONDS"];
    const pod = startWorker("a", Object.fromEntries(names.map((name) => [name, ""])));
    assert.equal(await pod.ended, 0, pod.outputTail());
  });

  test("connects whatever the work's environment says to node-postgres, and leaves it to the work", async () => {
    await insert(0);
    const env = { NODE_PG_FORCE_NATIVE: "1", PGREPLICATION: "database", DATABASE_TIMEOUT_SECONDS: "1" };
    const command = ["sh", "-c", 'echo "the work has $NODE_PG_FORCE_NATIVE and $PGREPLICATION"'];
    const pod = startWorker("a", { ...env, COMMAND: JSON.stringify(command) });
    assert.equal(await pod.ended, 0, pod.outputTail());
    assert.match(pod.outputTail(), /the work has 1 and database/);
    assert.deepEqual(await claps(), [{ status: "SUCCESS", iteration: 1 }]);
  });

  for (const [what, directory] of [
    ["is missing", "missing"],
    ["is a file", "file"],
    ["accepts no files", "/proc"],
  ] as const) {
    test(`whose COMMAND_DIRECTORY ${what} exits with 64 and claims nothing`, async () => {
      await insert(0);
      const folder = createFolder();
      writeFileSync(join(folder, "file"), "");
      const pod = startWorker("a", { COMMAND: '["true"]', COMMAND_DIRECTORY: resolve(folder, directory) });
      assert.equal(await pod.ended, 64, pod.outputTail());
      const problem = /COMMAND_DIRECTORY, by default TMPDIR, TMP or TEMP, must be an existing, writable folder/;
      assert.match(pod.outputTail(), problem);
      assert.deepEqual(await claps(), []);
    });
  }

  for (const [what, args] of [
    ["a worker", []],
    ["the migration", ["migrate"]],
  ] as const) {
    test(`that reaches none of its server's addresses names each of them (${what})`, async () => {
      const found = JSON.stringify(["127.0.0.1", "127.0.0.2"].map((address) => ({ address, family: 4 })));
      const lookup = `import dns from "node:dns"; dns.lookup = (name, options, done) => done(null, ${found})`;
      const env = { PG_HOST: "db", PG_PORT: String(await findFreePort()), DATABASE_TIMEOUT_SECONDS: "0.1" };
      const own = { ...process.env, ...database.env, ...env, JOB_NAME: "a", POD_NAME: "a-1" };
      const words = ["--import", `data:text/javascript,${lookup}`, MAIN, ...args];
      const { stdout } = spawnSync(process.execPath, words, { encoding: "utf8", env: own });
      const lines = stdout.trim().split("\n");
      const messages = lines.map((line) => JSON.parse(line));
      assert.match(messages.at(-1).message, /ECONNREFUSED 127\.0\.0\.1:\d+; connect ECONNREFUSED 127\.0\.0\.2:/);
      if (what === "a worker") assert.match(messages[0].error, /127\.0\.0\.1:\d+; connect ECONNREFUSED 127\.0\.0\.2:/);
    });
  }

  test("that migrates a database from which no answer arrives exits with 69", async () => {
    const silent = { PG_HOST: "127.0.0.1", PG_PORT: String(await startPooler(() => undefined)) };
    const migrated = promisify(execFile)(process.execPath, [MAIN, "migrate"], {
      env: { ...process.env, ...database.env, ...silent },
    });
    await assert.rejects(migrated, { code: 69, stdout: /no answer within 10 s/ });
  });

  test("claims, works, records the success and exits with 0; every line of its log is JSON with requestId, attempt and Job", async () => {
    await insert(0.1);
    const pod = startWorker("a");
    assert.equal(await pod.ended, 0);
    assert.deepEqual(await claps(), [{ status: "SUCCESS", iteration: 1 }]);
    const lines = pod.outputTail().trim().split("\n");
    assert.ok(lines.length >= 3);
    for (const line of lines) {
      const { requestId, attempt, job, pod: name } = JSON.parse(line);
      assert.deepEqual({ requestId, attempt, job, name }, { requestId: "1", attempt: 1, job: "a", name: pod.name });
    }
  });

  test("whose work fails exits with 1 until the request is DEAD, then with 2", async () => {
    await insert(0, 100);
    for (const exitCode of [1, 1, 2]) assert.equal(await startWorker("a", { BACKOFF_LIMIT: "2" }).ended, exitCode);
    assert.deepEqual(await claps(), [{ status: "DEAD", iteration: 3 }]);
    assert.equal(await startWorker("b").ended, 0);
  });

  test("processes requestsPerJob requests in one pod, each as a separate attempt, and leaves the rest", async () => {
    for (let request = 0; request < 5; request++) await insert(0);
    assert.equal(await startWorker("a", { REQUESTS_PER_JOB: "3" }).ended, 0);
    assert.deepEqual(await claps(), Array(3).fill({ status: "SUCCESS", iteration: 1 }));
    assert.equal(await startWorker("b", { REQUESTS_PER_JOB: "3" }).ended, 0);
    assert.equal((await claps()).length, 5);
  });

  test("a Job's later pods continue with the remainder of its requestsPerJob", async () => {
    await insert(0);
    await insert(0, 1);
    for (let request = 0; request < 4; request++) await insert(0);
    assert.equal(await startWorker("a", { REQUESTS_PER_JOB: "3" }).ended, 1);
    assert.equal(await startWorker("a", { REQUESTS_PER_JOB: "3" }).ended, 0);
    assert.equal((await claps()).filter(({ status }) => status === "SUCCESS").length, 3);
  });

  test("with a bug (a rejection that is not awaited) logs it and exits with 70", async () => {
    await insert(30);
    const late =
      "import { isMainThread } from 'node:worker_threads'; if (isMainThread) setTimeout(() => Promise.reject(new Error('not awaited')), 500)";
    const pod = startWorker("a", { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(late)}` });
    assert.equal(await pod.ended, 70);
    assert.match(pod.outputTail(), /"level":"error","message":"not awaited"/);
  });

  test("SIGTERM reaches the work, whose request is free at once and counts only an interruption; the process exits with 4", async () => {
    await insert(30);
    const pod = startWorker("a");
    await running(1);
    pod.kill("SIGTERM");
    assert.equal(await pod.ended, 4);
    const queued = await database.query("select job_name, errors, crashes, interruptions from batch.queue");
    assert.deepEqual(queued, [{ job_name: null, errors: 0, crashes: 0, interruptions: 1 }]);
    startWorker("b");
    await running(2);
  });

  test("whose connection is cut re-acquires its request and finishes it: the request runs once", async () => {
    await insert(1.5);
    const pod = startWorker("a");
    await running(1);
    await database.endWorkerSessions();
    assert.equal(await startWorker("b").ended, 0);
    assert.equal(await pod.ended, 0);
    assert.deepEqual(await claps(), [{ status: "SUCCESS", iteration: 1 }]);
  });

  test("whose connection is cut during a query re-acquires its session lock, too", async () => {
    await insert(30);
    await database.query("begin; lock table make_it_clap in access exclusive mode");
    const pod = startWorker("a");
    const waiting = `from pg_locks where relation = 'make_it_clap'::regclass and not granted
      and database = (select oid from pg_database where datname = current_database())`;
    await until("it asks for its request's row", async () => (await database.query(`select ${waiting}`)).at(0));
    await database.query(`select pg_terminate_backend(pid) ${waiting}`);
    await database.query("commit");
    await workers.handlerRunning(pod);
    const held = `select from batch.queue where session_id in ${HELD_SESSIONS}`;
    await until("its session lock is back", async () => (await database.query(held)).at(0), { timeoutMs: 5_000 });
  });

  test("with wrong settings names each of them and exits with 64", async () => {
    const pod = startWorker("a", { PG_PORT: "none", BACKOFF_LIMIT: "-1" });
    assert.equal(await pod.ended, 64);
    assert.match(pod.outputTail(), /PG_PORT must be/);
    assert.match(pod.outputTail(), /BACKOFF_LIMIT must be/);
  });

  test("of a kind without a handler names the existing ones and exits with 64", async () => {
    const pod = startWorker("a", { KIND: "cough" });
    assert.equal(await pod.ended, 64);
    assert.match(pod.outputTail(), /KIND must be clap \(the files of worker\/src\/handlers\); got \\"cough\\"/);
  });

  test("waits for a database that is unavailable, and exits with 69 after DATABASE_TIMEOUT_SECONDS", async () => {
    const pod = startWorker("a", { PG_HOST: "/nowhere", DATABASE_TIMEOUT_SECONDS: "0.3" });
    assert.equal(await pod.ended, 69);
    assert.match(pod.outputTail(), /the database must answer within DATABASE_TIMEOUT_SECONDS/);
  });
});
