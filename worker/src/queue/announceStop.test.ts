import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase } from "../../../tests/support/database.ts";
import { createProxy } from "../../../tests/support/proxy.ts";
import { claimParams, reclaim, startAttempt, take } from "../../../tests/support/queue.ts";
import { announceStop } from "./announceStop.ts";

const database = await createTestDatabase();
beforeEach(() => database.reset());

test("a worker that announced its stop may not be ended before its grace period is over", async () => {
  await database.insert();
  const { connection, attempt } = await startAttempt(database, claimParams("a"));
  const next = database.connect();
  const getHolder = async () => (await reclaim(next, claimParams("a"), true))?.holder;
  assert.equal(await getHolder(), attempt.session);
  await announceStop(connection, attempt, 3_600);
  assert.equal(await getHolder(), null);
  await announceStop(connection, attempt, 0);
  assert.equal(await getHolder(), attempt.session);
});

test("a database outage uses up the grace period: only the remainder is announced", async () => {
  await database.insert();
  const proxy = await createProxy();
  const connection = database.connect(undefined, { ...proxy.address, databaseTimeoutSeconds: 30 });
  const claimed = await take(connection, "a");
  proxy.cut();
  const announced = announceStop(connection, claimed, 100);
  await sleep(1_500);
  proxy.restore();
  await announced;
  const [row] = await database.query(
    "select extract(epoch from stopping_until - clock_timestamp())::float8 as seconds from batch.queue",
  );
  assert.ok(row?.seconds > 90 && row?.seconds < 98.6, `${row?.seconds} s are left`);
});
