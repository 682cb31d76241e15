import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { claimAsPod, claimant, startAttempt } from "../../../tests/support/claimant.ts";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { resume } from "./resume.ts";

const database = await createTestDatabase();

const LOCK = { leaseSeconds: 0 };
const LEASE = { leaseSeconds: 60 };

describe("resume", () => {
  beforeEach(async () => {
    await database.query("truncate make_it_clap, batch.queue, batch.history restart identity");
    await database.query("insert into make_it_clap (duration_seconds) values (40)");
  });

  test("takes the session lock back after a break, and waits while the broken connection still has it", async () => {
    const { connection, attempt } = await startAttempt(database, claimant("a"));
    const next = database.connect();
    assert.equal(await resume(next, attempt, LOCK), false);
    await connection.close();
    assert.equal(await resume(next, attempt, LOCK), true);
    assert.equal(await claimAsPod(database.connect(), claimant("a")), "busy");
  });

  test("renews a lease, whatever connection it comes by", async () => {
    const { attempt } = await startAttempt(database, claimant("a", LEASE));
    await database.query("update batch.queue set lease_until = now()");
    assert.equal(await resume(database.connect(), attempt, LEASE), true);
    const renewed = "select lease_until > now() + interval '30 seconds' as renewed from batch.queue";
    assert.deepEqual(await database.query(renewed), [{ renewed: true }]);
  });

  test("takes away the doubt that its worker lives", async () => {
    const { connection, attempt } = await startAttempt(database, claimant("a"));
    await database.query("update batch.queue set doubted_at = now()");
    assert.equal(await resume(connection, attempt, LOCK), true);
    assert.deepEqual(await database.query("select doubted_at from batch.queue"), [{ doubted_at: null }]);
  });
});
