import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { succeed, take } from "../../tests/support/queue.ts";
import { until } from "../../tests/support/until.ts";
import { hasLostRole } from "./hasLostRole.ts";

const database = await createTestDatabase();
const { query } = database;
const ROLE = `lost_role_${process.pid}`;

test("a worker whose role is dropped and created again logs in again, and records its work", async () => {
  await query(`create role ${ROLE} login in role batch_worker; insert into make_it_clap (duration_seconds) values (1)`);
  const worker = database.connect(ROLE);
  const attempt = await take(worker, "a");
  await query(`drop role ${ROLE}`);
  const recorded = succeed(worker, attempt);
  await until("the worker has left the session of the dropped role", async () => {
    const sessions = `select from pg_stat_activity where datname = current_database() and usesysid not in (select oid from pg_roles)`;
    return (await query(sessions)).length === 0;
  });
  await query(`create role ${ROLE} login in role batch_worker`);
  await recorded;
  assert.deepEqual(await query("select status, iteration from clap"), [{ status: "SUCCESS", iteration: 1 }]);
  await worker.close();
  await query(`drop role ${ROLE}`);
});

test("a session keeps its role as long as that exists, even if it is renamed", async () => {
  await query(`create role ${ROLE}_kept login`);
  const client = await database.open({ user: `${ROLE}_kept` });
  await query(`alter role ${ROLE}_kept rename to ${ROLE}_renamed`);
  assert.equal(await hasLostRole(client), false);
  await query(`drop role ${ROLE}_renamed`);
  assert.equal(await hasLostRole(client), true);
  await client.end();
  assert.equal(await hasLostRole(client), false, "a broken connection is found by the next statement");
});
