import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { migrateDatabase } from "../../worker/src/migrateDatabase.ts";
import { createConnections } from "../support/createConnections.ts";
import { DEBIAN_MISSING, startDebianServer } from "../support/debianServer.ts";
import {
  type Claim,
  claim,
  claimParams,
  claimWithReclaim,
  fail,
  poll,
  reclaim,
  succeed,
  take,
  takeOver,
} from "../support/queue.ts";
import { waitOutStartupGrace } from "../support/waitOutStartupGrace.ts";

describe("a program's transaction that was prepared (two-phase commit)", { skip: DEBIAN_MISSING }, async () => {
  const server = await startDebianServer({ max_prepared_transactions: "5" });
  const connections = createConnections();
  after(() => server.stop());
  const open = () => connections.open(server, "postgres");
  const connect = () => connections.connect(server, "postgres");
  const admin = await open();
  await migrate(admin, noopLog);
  await waitOutStartupGrace(admin);
  await admin.query("create table effects (id integer)");
  const attempts = async () =>
    (await admin.query("select attempt, status from batch.attempt where request_id = 1 order by attempt")).rows;
  const effects = async () => (await admin.query("select from effects")).rowCount;

  beforeEach(async () => {
    await admin.query("truncate make_it_clap, batch.queue, batch.history, effects restart identity");
    await admin.query("insert into make_it_clap (duration_seconds) values (1)");
  });

  /** A running attempt whose program has prepared its effect, and disconnected. */
  async function prepare(ends: "own" | "finish") {
    const worker = connect();
    const attempt = await take(worker, "a");
    const program = await open();
    await program.query("begin; insert into effects values (1)");
    await program.query(`select batch.${ends}($1)`, [attempt.token]);
    await program.query("prepare transaction 'work'");
    await program.end();
    return { worker, attempt };
  }

  /** Nothing and no one gets the request; other requests run. */
  async function assertHeld(session: number): Promise<void> {
    const [next, params] = [connect(), claimParams("a")];
    assert.equal(await claim(next, params), undefined);
    assert.deepEqual(await reclaim(next, params, true), { finding: "locked", holder: null });
    assert.equal(await takeOver(next, params, session), false);
    await admin.query("insert into make_it_clap (duration_seconds) values (1)");
    assert.ok((await poll(connect())) >= 2);
    assert.equal((await claim(connect(), claimParams("b")))?.requestId, "2");
  }

  test("and committed after its worker died: finished once, with its effect", async () => {
    const { worker, attempt } = await prepare("finish");
    await worker.close();
    await assertHeld(attempt.session);
    await admin.query("commit prepared 'work'");
    assert.equal(await claimWithReclaim(connect(), claimParams("a")), undefined);
    assert.deepEqual(await attempts(), [{ attempt: 1, status: "SUCCESS" }]);
    assert.equal(await effects(), 1);
  });

  for (const ends of ["own", "finish"] as const) {
    test(`and rolled back after its worker died (batch.${ends}): it runs again, and has one effect`, async () => {
      const { worker, attempt } = await prepare(ends);
      await worker.close();
      await assertHeld(attempt.session);
      await admin.query("rollback prepared 'work'");
      assert.equal(((await claimWithReclaim(connect(), claimParams("a"))) as Claim).attempt, 2);
      assert.deepEqual(await attempts(), [
        { attempt: 1, status: "FAILED" },
        { attempt: 2, status: "RUNNING" },
      ]);
      assert.equal(await effects(), 0);
    });
  }

  test("makes its worker wait, which then finds the request finished, whatever it wanted to record", async () => {
    const { worker, attempt } = await prepare("finish");
    const recorded = fail(worker, attempt, { reason: "error", message: "the answer was lost", final: true });
    await admin.query("commit prepared 'work'");
    assert.equal(await recorded, "SUCCESS");
    assert.deepEqual(await attempts(), [{ attempt: 1, status: "SUCCESS" }]);
  });

  test("only keeps the attempt (batch.own) and is committed: the success is recorded afterwards", async () => {
    const { worker, attempt } = await prepare("own");
    const recorded = succeed(worker, attempt);
    assert.deepEqual(await attempts(), [{ attempt: 1, status: "RUNNING" }]);
    await admin.query("commit prepared 'work'");
    await recorded;
    assert.deepEqual([await attempts(), await effects()], [[{ attempt: 1, status: "SUCCESS" }], 1]);
  });

  test("keeps a migration from attaching a table that it has written, which says how to end it", async () => {
    await admin.query("create table pages (id bigint primary key)");
    await admin.query("begin; insert into pages values (1); prepare transaction 'writer'");
    const { host, port, user } = server;
    const env = { PG_HOST: host, PG_PORT: String(port), PG_USERNAME: user, PG_DATABASE: "postgres" };
    const ATTACH = JSON.stringify([{ kind: "page", table: "pages" }]);
    await assert.rejects(migrateDatabase({ ...env, ATTACH }, noopLog, { lockMs: 200 }), {
      message:
        "cannot change the database: waited 0.2 s for a lock held by a prepared transaction (pg_prepared_xacts). " +
        "End that transaction (rollback prepared 'GID' ends a prepared one), and try again",
    });
    await admin.query("rollback prepared 'writer'");
  });
});
