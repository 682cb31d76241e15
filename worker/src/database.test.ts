import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import pg from "pg";
import { createTestDatabase } from "../../tests/support/database.ts";
import { findFreePort } from "../../tests/support/freePort.ts";
import { POOLERS, startPooler } from "../../tests/support/poolers.ts";
import { createProxy } from "../../tests/support/proxy.ts";
import { type Claim, claimParams, defer, fail, succeed, succeedAndClaim, take } from "../../tests/support/queue.ts";
import { recordLog } from "../../tests/support/recordLog.ts";
import { until } from "../../tests/support/until.ts";
import type { Database } from "./database.ts";
import { DatabaseUnavailableError, InterruptedError } from "./errors.ts";
import { noopLog } from "./log.ts";

const database = await createTestDatabase();
const proxy = await createProxy();

function connect(databaseTimeoutSeconds = 5, log = noopLog, pooled = false, address = proxy.address): Database {
  return database.connect(undefined, { ...address, databaseTimeoutSeconds, pooled }, log);
}

const claimed = (connection: Database) => take(connection, "a");

const attempts = () => database.query("select attempt, status from clap_attempt order by attempt");

/** Sessions that wait for a lock. */
const WAITING = "from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";

describe("a database that becomes unavailable", () => {
  beforeEach(async () => {
    proxy.restore();
    await database.reset(1);
  });

  test("a claim that waits for a lock is not made once its worker has stopped waiting", {
    timeout: 30_000,
  }, async () => {
    const blocker = await database.open();
    await blocker.query("begin; lock table batch.queue in access exclusive mode");
    const connection = connect(1);
    await assert.rejects(claimed(connection), DatabaseUnavailableError);
    await connection.close();
    assert.equal((await blocker.query(`select ${WAITING}`)).rowCount, 0);
    await blocker.query("rollback");
    assert.deepEqual(await attempts(), []);
  });

  test("a claim that has failed because of a lock is not repeated once its worker must stop", async () => {
    const [blocker, stop] = [await database.open(), new AbortController()];
    await blocker.query("begin; lock table batch.queue in access exclusive mode");
    const connection = connect(60);
    connection.stopWhileUnclaimed = stop.signal;
    const claiming = assert.rejects(claimed(connection), { name: "InterruptedError" });
    await database.untilBlocked();
    stop.abort(new InterruptedError("SIGTERM"));
    // As its lock_timeout would do after 8 s. Not from the blocker: a transaction sees the sessions as they were when it first asked.
    await database.query(`select pg_cancel_backend(pid) ${WAITING}`);
    await claiming;
    await Promise.all([blocker.end(), connection.close()]);
  });

  test("a connection that is refused after the stop is not waited for, and does not end the worker", async () => {
    const address = { host: "127.0.0.1", port: await findFreePort() };
    const connection = connect(60, noopLog, false, address);
    connection.stopWhileUnclaimed = AbortSignal.abort(new InterruptedError("SIGTERM"));
    const stopped = assert.rejects(claimed(connection), { name: "InterruptedError" });
    await assert.rejects(new pg.Client(address).connect(), { code: "ECONNREFUSED" });
    await stopped;
    await connection.close();
  });

  test("a statement waits until the database is available again", async () => {
    const { log, logged } = recordLog();
    const connection = connect(5, log);
    await connection.run("demand", ["clap", 1, 10, 40]);
    proxy.cut();
    const asked = connection.run("demand", ["clap", 1, 10, 40]);
    await logged("the database is unavailable");
    proxy.restore();
    assert.deepEqual(await asked, [{ jobs: "1" }]);
    await connection.close();
  });

  for (const [what, record] of [
    ["a success", succeed],
    ["a failure", (connection, got) => fail(connection, got, { reason: "error", message: "no", final: true })],
    ["a deferral", (connection, got) => defer(connection, got, { afterSeconds: 9, message: "no" })],
    ["a success with the next claim", (...of) => succeedAndClaim(...of, null, claimParams("a", of[1]))],
  ] satisfies [what: string, record: (connection: Database, got: Claim) => Promise<unknown>][]) {
    test(`${what} that another transaction delays is recorded however long that takes, and the session lock is kept`, async () => {
      const connection = connect(0.2);
      const got = await claimed(connection);
      connection.onDisconnect = () => assert.fail("the connection is kept");
      const open = await database.open();
      await open.query("begin; delete from make_it_clap");
      const recorded = record(connection, got);
      let canceled = 0;
      try {
        // As its statement_timeout would do after 9 s each.
        await until("it has been canceled for longer than the database may be unavailable", async () => {
          canceled += (await database.query(`select pg_cancel_backend(pid) ${WAITING}`)).length;
          return canceled >= 4;
        });
      } finally {
        await open.query("rollback");
      }
      await recorded;
      assert.equal((await attempts()).length, 1);
      await Promise.all([open.end(), connection.close()]);
    });
  }

  for (const [condition, breaks] of [
    ["disk_full", 0],
    ["io_error", 0],
    ["data_corrupted", 2],
    ["internal_error", 2],
  ] as const) {
    test(`a success is recorded once the server's disk works again (${condition}), with the session lock kept if possible`, async (t) => {
      const connection = connect();
      const got = await claimed(connection);
      let broken = 0;
      connection.onDisconnect = () => broken++;
      t.after(() => database.query("drop sequence writes; drop function fail_twice cascade"));
      await database.query(`create sequence writes; create function fail_twice() returns trigger language plpgsql security definer as $$ begin
        if nextval('public.writes') < 3 then raise ${condition} using message = 'could not read block 1'; end if; return new; end $$;
        create trigger disk before insert on batch.history for each row execute function fail_twice()`);
      await succeed(connection, got);
      assert.deepEqual(await attempts(), [{ attempt: 1, status: "SUCCESS" }]);
      assert.equal(broken, breaks);
      await connection.close();
    });
  }

  test("the owner of a session lock learns at once that the connection broke", async () => {
    const connection = connect();
    await claimed(connection);
    const broken = Promise.withResolvers<void>();
    connection.onDisconnect = broken.resolve;
    proxy.cut();
    await broken.promise;
    proxy.restore();
    await connection.close();
  });

  test("the owner of a session lock learns of a break that a statement notices first", async () => {
    const connection = connect();
    await claimed(connection);
    const broken = Promise.withResolvers<void>();
    connection.onDisconnect = broken.resolve;
    const blocker = await database.open();
    await blocker.query("begin; lock table batch.queue");
    const asked = connection.run("demand", ["clap", 1, 10, 40]);
    await database.untilBlocked();
    await database.query(`select pg_terminate_backend(pid) ${WAITING}`);
    await blocker.query("rollback");
    await broken.promise;
    await asked;
    await Promise.all([blocker.end(), connection.close()]);
  });

  test("the wait ends with a DatabaseUnavailableError that has the last error", async () => {
    proxy.cut();
    await assert.rejects(connect(0.2).run("demand", ["clap", 1, 10, 40]), {
      name: "DatabaseUnavailableError",
      message: /must answer within DATABASE_TIMEOUT_SECONDS \(0.2\); got Connection terminated/,
    });
  });

  test("an error from PostgreSQL is thrown at once, without waiting", async () => {
    const connection = connect();
    await assert.rejects(connection.run("demand", ["clap", 0, 10, 40]), { code: "22023" });
    await connection.close();
  });

  for (const pooled of [true, false]) {
    test(`libpq's variables, which are meant for the work, do not change the connection (pooled: ${pooled})`, async () => {
      const variables = { PGOPTIONS: "-c no_such_setting=1", PGSSLNEGOTIATION: "direct", PGCONNECT_TIMEOUT: "0" };
      Object.assign(process.env, variables);
      try {
        assert.ok(await claimed(connect(0.2, noopLog, pooled)));
      } finally {
        for (const name of Object.keys(variables)) delete process.env[name];
      }
    });
  }

  for (const { pooled, prepared } of [
    { pooled: true, prepared: false },
    { pooled: false, prepared: true },
  ]) {
    test(`statements are ${prepared ? "" : "not "}prepared ${pooled ? "behind a pooler, which has other clients" : "without a pooler"}`, async (t) => {
      const query = t.mock.method(pg.Client.prototype, "query");
      const connection = connect(5, noopLog, pooled);
      await claimed(connection);
      await connection.close();
      const names = query.mock.calls.map(({ arguments: [config] }) => (config as unknown as pg.QueryConfig).name);
      assert.equal(names.at(-1), prepared ? "claim" : undefined);
    });
  }

  for (const [does, serve] of POOLERS) {
    test(`a pooler that ${does} a connection's settings is refused without a lease, and nothing is claimed`, async () => {
      const port = await startPooler(serve);
      await assert.rejects(claimed(connect(5, noopLog, false, { host: "127.0.0.1", port })), {
        name: "SettingsError",
        message: /^LEASE_SECONDS must be above 0 behind a pooler .*; got 0\./,
      });
      assert.deepEqual(await attempts(), []);
    });
  }
});
