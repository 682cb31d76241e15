import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { claimant, startAttempt } from "../../../tests/support/claimant.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import type { Database } from "../database.ts";
import { OwnershipLostError } from "../errors.ts";
import type { Claim } from "./claim.ts";
import { fail } from "./fail.ts";
import { recall } from "./recall.ts";
import { resume } from "./resume.ts";
import { succeed } from "./succeed.ts";

const database = await createTestDatabase();

/** Everything that is stored, so that "changed nothing" is an equality. */
async function stored() {
  return [await database.query("table batch.queue"), await database.query("table batch.history")];
}

/** Whatever a worker may say of its attempt. */
const VERBS: Readonly<Record<string, (connection: Database, attempt: Claim) => Promise<unknown>>> = {
  succeed: (connection, attempt) => succeed(connection, attempt),
  fail: (connection, attempt) => fail(connection, attempt, { reason: "error", message: "no", final: false }),
  release: (connection, attempt) => fail(connection, attempt, { reason: "interrupted", message: "x", final: false }),
  resume: (connection, attempt) => resume(connection, attempt, { leaseSeconds: 0 }),
  recall: (connection, attempt) => recall(connection, attempt, null),
};

describe("every verb after the claim", () => {
  beforeEach(async () => {
    await database.query("truncate make_it_clap, batch.queue, batch.history restart identity");
    await database.query("insert into make_it_clap (duration_seconds) values (40)");
  });

  for (const [name, say] of Object.entries(VERBS)) {
    test(`${name} by a worker that no longer owns the request changes nothing, and tells it`, async () => {
      const { connection: dead, attempt: old } = await startAttempt(database, claimant("a"));
      await dead.close();
      await startAttempt(database, claimant("a"));
      const before = await stored();
      await assert.rejects(say(database.connect(), old), OwnershipLostError);
      assert.deepEqual(await stored(), before);
    });

    test(`${name} after another has finished the request changes nothing, and tells it`, async () => {
      const { connection: dead, attempt: old } = await startAttempt(database, claimant("a"));
      await dead.close();
      const { connection, attempt } = await startAttempt(database, claimant("a"));
      await succeed(connection, attempt);
      const before = await stored();
      await assert.rejects(say(database.connect(), old), OwnershipLostError);
      assert.deepEqual(await stored(), before);
    });
  }
});
