import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { claimParams, startAttempt } from "../../tests/support/queue.ts";
import { recordLog } from "../../tests/support/recordLog.ts";
import { until } from "../../tests/support/until.ts";
import { usedHeap } from "../../tests/support/usedHeap.ts";
import { AttemptReporter } from "./attemptReporter.ts";
import { OwnershipLostError } from "./errors.ts";

const database = await createTestDatabase();

const stored = async () => (await database.query("select progress, checkpoint from batch.queue"))[0];

/** JSON with a number that PostgreSQL cannot store. */
const TOO_LARGE = (JSON as unknown as { rawJSON(text: string): object }).rawJSON("1e200000");

async function start() {
  const { connection, attempt } = await startAttempt(database, claimParams("a"));
  const { log, lines } = recordLog();
  const lost: unknown[] = [];
  const reporter = new AttemptReporter(connection, attempt, log, (error) => lost.push(error));
  return { connection, reporter, lost, lines };
}

/** Does something while the queue cannot be written; resolves with how much more memory is used then. */
async function measureLocked(work: () => void): Promise<number> {
  const lock = await database.open();
  await lock.query("begin; lock table batch.queue in exclusive mode");
  const before = await usedHeap();
  work();
  const kept = (await usedHeap()) - before;
  await lock.query("rollback");
  return kept;
}

describe("an attempt's reporter", () => {
  beforeEach(() => database.reset(1));

  test("stores the latest of many reports with two writes, the last of them when the attempt ends", async (t) => {
    const { connection, reporter } = await start();
    const writes = t.mock.method(connection, "run").mock;
    await reporter.saveCheckpoint({ page: 1 });
    const rest: Promise<void>[] = [];
    for (let page = 2; page <= 1_000; page++) {
      reporter.progress(page, 1_000);
      rest.push(reporter.saveCheckpoint({ page }));
    }
    assert.deepEqual(await stored(), { progress: null, checkpoint: { page: 1 } });
    await reporter.close();
    await Promise.all(rest);
    assert.deepEqual(await stored(), { progress: { done: 1_000, total: 1_000 }, checkpoint: { page: 1_000 } });
    const statements = writes.calls.map(({ arguments: [statement] }) => statement);
    assert.deepEqual(statements, ["report", "report"]);
  });

  test("refuses a checkpoint that is not JSON, too large, or that PostgreSQL cannot store, and continues", async () => {
    const { reporter } = await start();
    await assert.rejects(reporter.saveCheckpoint(7n), { name: "TypeError", message: /a checkpoint must be JSON/ });
    await assert.rejects(reporter.saveCheckpoint("x".repeat(70_000)), {
      name: "RangeError",
      message: /at most 65536 bytes/,
    });
    await assert.rejects(reporter.saveCheckpoint(TOO_LARGE), { code: "22003" });
    const saved = reporter.saveCheckpoint({ page: 2 });
    await reporter.close();
    await saved;
    assert.deepEqual(await stored(), { progress: null, checkpoint: { page: 2 } });
    await assert.rejects(reporter.saveCheckpoint({ page: 3 }), /the attempt has ended/);
  });

  test("writes the progress that was reported together with a refused checkpoint, whose error is its caller's only", async () => {
    const { reporter, lines } = await start();
    reporter.progress(1);
    const refused = assert.rejects(reporter.saveCheckpoint(TOO_LARGE), { code: "22003" });
    reporter.progress(2);
    await reporter.close();
    await refused;
    assert.deepEqual(await stored(), { progress: { done: 2 }, checkpoint: null });
    assert.deepEqual(lines, []);
  });

  test("ignores progress that is not a number of 0 or more, and logs only the first", async () => {
    const { reporter, lines } = await start();
    reporter.progress(Number.NaN);
    reporter.progress(1, -1);
    reporter.progress(3);
    await reporter.close();
    assert.deepEqual(await stored(), { progress: { done: 3 }, checkpoint: null });
    const logged = lines.map((line) => JSON.parse(line).done);
    assert.deepEqual(logged, ["NaN"]);
  });

  test("logs once that progress cannot be written, until it can be", async () => {
    const { reporter, lines } = await start();
    await database.query(`
      create function no_progress() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
      create trigger no_progress before update of progress on batch.queue for each row execute function no_progress()`);
    reporter.progress(1);
    await until("the first of them", () => lines.length > 0);
    reporter.progress(2);
    await reporter.close();
    await database.query("drop function no_progress cascade");
    const logged = lines.map((line) => JSON.parse(line).message);
    assert.deepEqual(logged, ["cannot write progress"]);
  });

  test("keeps one report in memory, however many come while the database does not answer", async () => {
    const { reporter } = await start();
    const kept = await measureLocked(() => {
      for (let done = 1; done <= 100_000; done++) reporter.progress(done);
    });
    await reporter.close();
    assert.ok(kept < 10_000_000, `${kept} bytes`);
    assert.deepEqual(await stored(), { progress: { done: 100_000 }, checkpoint: null });
  });

  test("keeps one checkpoint in memory, however many come while the database does not answer, and saves the last", async () => {
    const { reporter } = await start();
    const saved: Promise<void>[] = [];
    const kept = await measureLocked(() => {
      for (let page = 1; page <= 1_000; page++) {
        saved.push(reporter.saveCheckpoint({ page, items: Array.from({ length: 5_000 }, (_, item) => item) }));
      }
    });
    await reporter.close();
    await Promise.all(saved);
    assert.ok(kept < 10_000_000, `${kept} bytes`);
    assert.equal((await stored())?.checkpoint.page, 1_000);
  });

  test("reports that the attempt is no longer this worker's, and writes nothing", async () => {
    const { connection, reporter, lost } = await start();
    await connection.close();
    await startAttempt(database, claimParams("a"));
    await assert.rejects(reporter.saveCheckpoint({ page: 1 }), OwnershipLostError);
    assert.equal(lost.length, 1);
    assert.deepEqual(await stored(), { progress: null, checkpoint: null });
  });
});
