import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { claimant, startAttempt } from "../../../tests/support/claimant.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { settle } from "./settle.ts";

const database = await createTestDatabase();

/** What a pod of a Job finds; a further one, as every pod is another session. */
const findingOf = (jobName: string) => settle(database.connect(), claimant(jobName));

describe("settle", () => {
  beforeEach(async () => {
    await database.query("truncate make_it_clap, batch.queue, batch.history restart identity");
    await database.query("insert into make_it_clap (duration_seconds) values (40)");
  });

  test("has nothing to do where nobody has left anything", async () => {
    assert.equal(await findingOf("a"), undefined);
  });

  test("finds the Job's own request busy while its former pod lives, and nothing to do for another Job", async () => {
    await startAttempt(database, claimant("a"));
    assert.equal(await findingOf("a"), "busy");
    assert.equal(await findingOf("b"), undefined);
  });

  test("puts down what the Job's dead pod has left, once", async () => {
    const { connection } = await startAttempt(database, claimant("a"));
    await connection.close();
    assert.equal(await findingOf("a"), "settled");
    assert.deepEqual(await database.query("select iteration, status, reason from batch.history"), [
      { iteration: 1, status: "FAILED", reason: "crashed" },
    ]);
    assert.equal(await findingOf("a"), "awaited", "the request is held for the Job, and may be claimed by it");
    assert.deepEqual(await database.query("select crashes from batch.queue"), [{ crashes: 1 }]);
  });

  test("leaves another Job's dead pod to its own Job until that should long be back, then frees its request", async () => {
    const { connection } = await startAttempt(database, claimant("a"));
    await connection.close();
    assert.equal(await findingOf("b"), undefined, "nobody has doubted yet");
    await database.query("update batch.queue set doubted_at = now()");
    assert.equal(await findingOf("b"), "awaited");
    await database.query("update batch.queue set doubted_at = now() - interval '16 seconds'");
    assert.equal(await findingOf("b"), "settled");
    assert.deepEqual(await database.query("select job_name, crashes from batch.queue"), [
      { job_name: null, crashes: 1 },
    ]);
  });
});
