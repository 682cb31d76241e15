import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import type pg from "pg";
import { createTestDatabase } from "../../tests/support/database.ts";
import { until } from "../../tests/support/until.ts";
import { createWorkers } from "../../tests/support/workers.ts";

const database = await createTestDatabase();
const workers = createWorkers(database);
const stopped = new Set<number>();

/** The server's processes for this application. */
const findProcesses = (application: string) =>
  database.query<{ pid: number }>(
    "select pid from pg_stat_activity where application_name = $1 and datname = current_database()",
    [application],
  );

/** Stops the server's process of the only connection of this application, as a disk that does not answer would. */
async function stopProcess(application = "postgres-batch"): Promise<void> {
  const { pid } = await until("the connection", async () => (await findProcesses(application)).at(0));
  process.kill(pid, "SIGSTOP");
  stopped.add(pid);
}

function continueProcesses(): void {
  for (const pid of stopped) process.kill(pid, "SIGCONT");
  stopped.clear();
}

const attempts = async () => {
  const rows = await database.query<Record<string, string>>("select * from batch.attempt order by request_id, attempt");
  return rows.map(({ request_id, attempt, status }) => `${request_id}:${attempt} ${status}`);
};

/** Stops the server's process of the only connection of this application while it waits for a lock, which it then has. */
async function stopHalfway<T>(lock: string, begin: () => T, application?: string): Promise<T> {
  const blocker = await database.open();
  await blocker.query(`begin; ${lock}`);
  const begun = begin();
  await database.untilBlocked();
  await stopProcess(application);
  await blocker.end();
  return begun;
}

describe("a process of the server that hangs", { timeout: 300_000 }, () => {
  afterEach(async () => {
    continueProcesses();
    await workers.end();
    await database.untilNoWorkerSession();
    await database.reset();
  });

  test("while its worker works costs no attempt, neither then nor when it continues", async () => {
    await workers.insert(1);
    const pod = workers.start("a");
    await workers.handlerRunning(pod);
    await stopProcess();
    assert.equal(await pod.ended, 0);
    continueProcesses();
    assert.deepEqual(await attempts(), ["1:1 SUCCESS"]);
  });

  test("while its worker dies does not stop the Job's next pod from getting the request", async () => {
    await workers.insert(60);
    const pod = workers.start("a");
    await workers.handlerRunning(pod);
    await stopProcess();
    pod.kill("SIGKILL");
    await pod.ended;
    const killedAt = performance.now();
    workers.start("a");
    await workers.running(2);
    assert.ok(performance.now() - killedAt < 15_000);
    continueProcesses();
    await until("it has ended", async () => (await findProcesses("postgres-batch")).length === 1);
    assert.deepEqual(await attempts(), ["1:1 FAILED", "1:2 RUNNING"]);
  });

  test("does not block the next request: its pod exits with 69, and the Job's next pod runs it", async () => {
    await workers.insert(1);
    await workers.insert(1);
    const env = { REQUESTS_PER_JOB: "2", DATABASE_TIMEOUT_SECONDS: "3" };
    const pod = workers.start("a", env);
    await workers.handlerRunning(pod);
    await stopProcess();
    assert.equal(await pod.ended, 69);
    assert.match(pod.outputTail(), /a process of the server that hangs/);
    assert.equal(await workers.start("a", env).ended, 0);
    continueProcesses();
    assert.deepEqual(await attempts(), ["1:1 SUCCESS", "2:1 SUCCESS"]);
  });

  test("during a claim blocks that request, but not the Job: its next pod runs another request", async () => {
    const env = { DATABASE_TIMEOUT_SECONDS: "3" };
    await workers.insert(1);
    await workers.insert(1);
    const pod = await stopHalfway("lock table make_it_clap", () => workers.start("a", env));
    assert.equal(await pod.ended, 69);
    assert.equal(await workers.start("a", env).ended, 0);
    assert.deepEqual(await attempts(), ["2:1 SUCCESS"]);
    continueProcesses();
    assert.equal(await workers.start("b", env).ended, 0);
    assert.deepEqual(await attempts(), ["1:1 SUCCESS", "2:1 SUCCESS"]);
  });

  test("during a claim with a lease blocks that request, and its worker runs another one", async () => {
    const env = { LEASE_SECONDS: "5", PG_USERNAME: "batch_worker" };
    await workers.insert(1);
    await workers.insert(1);
    const pod = await stopHalfway("lock table make_it_clap", () => workers.start("a", env));
    assert.equal(await pod.ended, 0);
    assert.deepEqual(await attempts(), ["2:1 SUCCESS"]);
    continueProcesses();
    assert.equal(await workers.start("b", env).ended, 0);
    assert.deepEqual(await attempts(), ["1:1 SUCCESS", "2:1 SUCCESS"]);
  });

  test("while it records a success makes the worker wait: the work is not repeated", async (t) => {
    await workers.insert(1);
    const pod = workers.start("a", { DATABASE_TIMEOUT_SECONDS: "3" });
    await workers.handlerRunning(pod);
    // Where the queue's row is locked already.
    await database.query(`
      create function wait() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(7); return new; end $$;
      create trigger wait before insert on batch.history for each row execute function wait()`);
    t.after(() => database.query("drop function wait cascade"));
    await stopHalfway("select pg_advisory_xact_lock(7)", () => undefined);
    await until("the worker repeats the record", () => pod.outputTail().includes("the database is busy"));
    continueProcesses();
    assert.equal(await pod.ended, 0);
    assert.deepEqual(await attempts(), ["1:1 SUCCESS"]);
  });

  test("during a poll by KEDA stops the later polls, but no worker", async () => {
    await workers.insert(1);
    const poll = (client: pg.Client) => client.query("select batch.demand('clap', 1, 10)");
    const keda = await database.open();
    await keda.query("set application_name = 'keda'");
    const { polled } = await stopHalfway("lock table batch.job", () => ({ polled: poll(keda) }), "keda");
    const next = await database.open();
    await next.query("set lock_timeout = '1s'");
    await assert.rejects(poll(next), { code: "55P03" });
    assert.equal(await workers.start("a", { REQUESTS_PER_JOB: "2" }).ended, 0);
    continueProcesses();
    await polled;
    assert.partialDeepStrictEqual(await poll(next), { rows: [{ demand: "0" }] });
  });
});
