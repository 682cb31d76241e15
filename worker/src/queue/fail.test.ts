import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { claimParams, startAttempt, succeed } from "../../../tests/support/queue.ts";
import { type Failure, fail } from "./fail.ts";

const database = await createTestDatabase();

const ERROR: Failure = { reason: "error", message: "no", final: false };
const INTERRUPTION: Failure = { reason: "interrupted", message: "SIGTERM", final: false };

describe("fail", () => {
  beforeEach(() => database.reset(1));

  test("after backoffLimit + 1 attempts the request is DEAD, and a repeated call returns the same", async () => {
    for (const expected of ["FAILED", "FAILED", "DEAD"]) {
      const { connection, attempt } = await startAttempt(database, claimParams("a", { backoffLimit: 2 }));
      assert.equal(await fail(connection, attempt, ERROR), expected);
      assert.equal(await fail(connection, attempt, ERROR), expected);
    }
    assert.deepEqual(await database.query("table batch.queue"), []);
    assert.deepEqual(await database.query("select status, iteration from clap"), [{ status: "DEAD", iteration: 3 }]);
  });

  test("a final failure is DEAD at once", async () => {
    const { connection, attempt } = await startAttempt(database, claimParams("a"));
    assert.equal(await fail(connection, attempt, { ...ERROR, final: true }), "DEAD");
  });

  test("an interruption counts against its own limit only, and its request is free for any Job at once", async () => {
    for (let drain = 1; drain <= 20; drain++) {
      const { connection, attempt } = await startAttempt(database, claimParams(`job-${drain}`, { backoffLimit: 0 }));
      assert.equal(attempt.attempt, drain);
      assert.equal(await fail(connection, attempt, INTERRUPTION), "FAILED");
    }
    const { connection, attempt } = await startAttempt(database, claimParams("last", { backoffLimit: 0 }));
    await succeed(connection, attempt);
    const attempts = await database.query("select count(*) from clap_attempt where reason = 'interrupted'");
    assert.deepEqual(attempts, [{ count: "20" }]);
  });

  test("the start of an endless error text is recorded", async () => {
    const { connection, attempt } = await startAttempt(database, claimParams("a"));
    await fail(connection, attempt, { ...ERROR, message: "x".repeat(50_000_000) });
    assert.deepEqual(await database.query("select length(error) from clap_attempt"), [{ length: 20_000 }]);
  });

  test("any error text is recorded", async () => {
    const { connection, attempt } = await startAttempt(database, claimParams("a"));
    await fail(connection, attempt, { ...ERROR, message: "'; drop table clap; --\0\u{1F44F}" });
    const [row] = await database.query("select error from clap_attempt");
    assert.deepEqual(row, { error: "'; drop table clap; --\uFFFD\u{1F44F}" });
  });
});
