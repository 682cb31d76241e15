import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { claimParams, claimWithReclaim, startAttempt } from "../../../tests/support/queue.ts";
import { until } from "../../../tests/support/until.ts";
import { renew } from "./renew.ts";

const database = await createTestDatabase();

const LOCK = { leaseSeconds: 0 };
const LEASE = { leaseSeconds: 60 };

describe("renew", () => {
  beforeEach(() => database.reset(1));

  test("re-acquires the session lock after a break, and ends the broken connection if the server still keeps it", async () => {
    const { attempt } = await startAttempt(database, claimParams("a"));
    const next = database.connect();
    assert.equal(await renew(next, attempt, LOCK), false);
    await until("the broken connection has ended", () => renew(next, attempt, LOCK));
    assert.equal(await claimWithReclaim(database.connect(), claimParams("a")), "locked");
  });

  test("renews a lease over any connection", async () => {
    const { attempt } = await startAttempt(database, claimParams("a", LEASE));
    await database.query("update batch.queue set lease_until = now()");
    assert.equal(await renew(database.connect(), attempt, LEASE), true);
    const renewed = "select lease_until > now() + interval '30 seconds' as renewed from batch.queue";
    assert.deepEqual(await database.query(renewed), [{ renewed: true }]);
  });

  test("removes the suspicion that its worker is dead", async () => {
    const { connection, attempt } = await startAttempt(database, claimParams("a"));
    await database.query("update batch.queue set suspected_at = now()");
    assert.equal(await renew(connection, attempt, LOCK), true);
    assert.deepEqual(await database.query("select suspected_at from batch.queue"), [{ suspected_at: null }]);
  });
});
