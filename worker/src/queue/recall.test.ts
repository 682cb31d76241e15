import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { claimant, startAttempt } from "../../../tests/support/claimant.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import type { Database } from "../database.ts";
import { OwnershipLostError } from "../errors.ts";
import type { AttemptKey } from "./attempt.ts";
import { fail } from "./fail.ts";
import { recall } from "./recall.ts";
import { succeed } from "./succeed.ts";

const database = await createTestDatabase();

const ENDS = [
  { status: "SUCCESS", reason: null, end: (connection: Database, attempt: AttemptKey) => succeed(connection, attempt) },
  ...([false, true] as const).flatMap((final) =>
    (["error", "interrupted"] as const).map((reason) => ({
      status: final ? "DEAD" : "FAILED",
      reason,
      end: (connection: Database, attempt: AttemptKey) => fail(connection, attempt, { reason, message: "no", final }),
    })),
  ),
];

describe("recall", () => {
  beforeEach(async () => {
    await database.query("truncate make_it_clap, batch.queue, batch.history restart identity");
    await database.query("insert into make_it_clap (duration_seconds) values (40)");
  });

  for (const { status, reason, end } of ENDS) {
    test(`tells ${status} to the session that has recorded it (reason ${reason}), as often as it asks`, async () => {
      const { connection, attempt } = await startAttempt(database, claimant("a"));
      await end(connection, attempt);
      for (let asked = 0; asked < 2; asked++) assert.equal(await recall(connection, attempt, reason), status);
    });
  }

  test("tells nothing of an attempt that still runs", async () => {
    const { connection, attempt } = await startAttempt(database, claimant("a"));
    await assert.rejects(recall(connection, attempt, null), OwnershipLostError);
  });

  test("does not take for a worker's own word that others have put it down as crashed", async () => {
    const { connection: dead, attempt } = await startAttempt(database, claimant("a"));
    await dead.close();
    await startAttempt(database, claimant("a"));
    assert.deepEqual(await database.query("select reason from batch.history"), [{ reason: "crashed" }]);
    for (const reason of ["error", "interrupted", null] as const) {
      await assert.rejects(recall(database.connect(), attempt, reason), OwnershipLostError);
    }
  });
});
