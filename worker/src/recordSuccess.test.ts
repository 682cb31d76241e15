import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { claimParams, startAttempt } from "../../tests/support/queue.ts";
import { createLog } from "./log.ts";
import { recordSuccess } from "./recordSuccess.ts";

const database = await createTestDatabase();

afterEach(() => database.reset());

/** A pod with an attempt that has just succeeded, while another request waits. */
async function startPod() {
  await database.query("insert into make_it_clap (duration_seconds) values (40), (40)");
  const params = claimParams("a");
  const { connection, attempt } = await startAttempt(database, params);
  const lines: string[] = [];
  const log = createLog({}, (line) => lines.push(line));
  const record = () => recordSuccess({ database: connection, log }, attempt, null, { ...params, jobFinished: 1 });
  return { connection, record, lines };
}

const stored = () => database.query("select request_id, attempt, status from batch.attempt order by 1, 2");

describe("recordSuccess", () => {
  test("records the success even if the schema is older, or the right to run the statement is missing", async () => {
    const { record, lines } = await startPod();
    await database.query("alter function batch.succeed_and_claim rename to other");
    assert.equal(await record(), undefined);
    await database.query("alter function batch.other rename to succeed_and_claim");
    assert.match(lines.join(), /function batch.succeed_and_claim\(.*does not exist/);
    assert.deepEqual(await stored(), [{ request_id: "1", attempt: 1, status: "SUCCESS" }]);
  });
});
