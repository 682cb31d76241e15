import assert from "node:assert/strict";
import { afterEach, describe, mock, test } from "node:test";
import { claimParams, startAttempt } from "../../tests/support/claim.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import type { Database } from "./database.ts";
import { createLog } from "./log.ts";
import { recordSuccess } from "./recordSuccess.ts";

const database = await createTestDatabase();

afterEach(async () => {
  mock.restoreAll();
  await database.reset();
});

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

/** Lets the statement that records and claims fail as if the connection had broken, before or after its execution. */
function breakOnce(connection: Database, when: "before" | "after"): void {
  const run = connection.run.bind(connection);
  mock.method(connection, "run", async (...args: Parameters<typeof run>) => {
    if (args[0] !== "succeed_and_claim") return await run(...args);
    if (when === "after") await run(...args);
    throw new Error("Connection terminated unexpectedly");
  });
}

describe("recordSuccess", () => {
  test("records the success although the claim must wait for a lock on the table", async () => {
    const { record, lines } = await startPod();
    const other = await database.open();
    await other.query("begin; lock make_it_clap in access exclusive mode");
    assert.equal(await record(), undefined);
    await other.query("rollback");
    assert.match(lines.join(), /canceling statement due to lock timeout/);
    assert.deepEqual(await stored(), [{ request_id: "1", attempt: 1, status: "SUCCESS" }]);
  });

  for (const [when, after] of [
    ["before", []],
    ["after", [{ request_id: "2", attempt: 1, status: "RUNNING" }]],
  ] as const) {
    test(`records the success once if the connection breaks ${when} the statement has run`, async () => {
      const { connection, record } = await startPod();
      breakOnce(connection, when);
      assert.equal(await record(), undefined);
      assert.deepEqual(await stored(), [{ request_id: "1", attempt: 1, status: "SUCCESS" }, ...after]);
    });
  }
});
