import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { until } from "../../tests/support/until.ts";
import { endLostSession, identifySession, type ServerSession } from "./endLostSession.ts";

const { open, query, client } = await createTestDatabase();

/** A session, and whether it is still there. */
async function start() {
  const lost = await open();
  lost.on("error", () => undefined);
  const session = (await identifySession(lost)) as ServerSession;
  const waiting = "select from pg_stat_activity where pid = $1 and wait_event = 'ClientRead'";
  await until("it waits for its client", async () => (await query(waiting, [session.pid])).length === 1);
  const isThere = async () => (await query("select from pg_stat_activity where pid = $1", [session.pid])).length === 1;
  return { lost, session, isThere };
}

test("a session that waits for its client ends", async () => {
  const { session, isThere } = await start();
  await endLostSession(client, session);
  await until("it has ended", async () => !(await isThere()));
  await endLostSession(client, session);
});

test("a session that has got the number of the lost one stays", async () => {
  const { session, isThere } = await start();
  await endLostSession(client, { ...session, start: "2026-01-01 00:00:00+00" });
  assert.equal(await isThere(), true);
});

test("a session that is executing something stays: it may be committing", async () => {
  const { lost, session, isThere } = await start();
  const slept = lost.query("select pg_sleep(1)");
  const sleeping = "select from pg_stat_activity where pid = $1 and wait_event = 'PgSleep'";
  await until("it executes", async () => (await query(sleeping, [session.pid])).length === 1);
  await endLostSession(client, session);
  await slept;
  assert.equal(await isThere(), true);
});

test("a role that may not end sessions gets no error", async () => {
  const { session, isThere } = await start();
  const own = await open();
  await query(
    "create role without_rights; revoke execute on function pg_terminate_backend(integer, bigint) from public",
  );
  try {
    await own.query("set role without_rights");
    await endLostSession(own, session);
    assert.equal(await isThere(), true);
  } finally {
    await query("grant execute on function pg_terminate_backend(integer, bigint) to public; drop role without_rights");
  }
});
