import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../../../tests/support/database.ts";
import {
  announceStop,
  type Claim,
  claimParams,
  defer,
  fail,
  renew,
  report,
  startAttempt,
  succeed,
} from "../../../tests/support/queue.ts";
import type { Database } from "../database.ts";
import { OwnershipLostError } from "../errors.ts";
import { noopLog } from "../log.ts";
import { recordSuccess } from "../recordSuccess.ts";

const database = await createTestDatabase();

/** Everything that is stored, so that "changed nothing" is an equality. */
async function stored() {
  return [await database.query("table batch.queue"), await database.query("table batch.history")];
}

/** Everything a worker may write about its attempt. */
const VERBS: Readonly<Record<string, (connection: Database, attempt: Claim) => Promise<unknown>>> = {
  succeed: (connection, attempt) => succeed(connection, attempt),
  "succeed and claim": (database, attempt) =>
    recordSuccess({ database, log: noopLog }, attempt, null, claimParams("a")),
  fail: (connection, attempt) => fail(connection, attempt, { reason: "error", message: "no", final: false }),
  "fail because of an interruption": (connection, attempt) =>
    fail(connection, attempt, { reason: "interrupted", message: "x", final: false }),
  defer: (connection, attempt) => defer(connection, attempt, { afterSeconds: 1, message: "later" }),
  renew: (connection, attempt) => renew(connection, attempt, { leaseSeconds: 0 }),
  report: (connection, attempt) => report(connection, attempt, { progress: { done: 1 }, checkpoint: "1" }),
  "announce its stop": (connection, attempt) => announceStop(connection, attempt, 30),
};

describe("every verb after the claim", () => {
  beforeEach(() => database.reset(1));

  for (const [name, say] of Object.entries(VERBS)) {
    for (const when of [
      "by a worker that no longer owns the request",
      "after another worker has finished the request",
    ]) {
      test(`${name} ${when} changes nothing and throws OwnershipLostError`, async () => {
        const { connection: dead, attempt: old } = await startAttempt(database, claimParams("a"));
        await dead.close();
        const { connection, attempt } = await startAttempt(database, claimParams("a"));
        if (when.startsWith("after")) await succeed(connection, attempt);
        const before = await stored();
        await assert.rejects(say(database.connect(), old), OwnershipLostError);
        assert.deepEqual(await stored(), before);
      });
    }
  }
});
