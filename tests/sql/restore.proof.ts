import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type pg from "pg";
import { getOutput } from "../../cli/getOutput.ts";
import { runProgram } from "../../cli/runProgram.ts";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { createRoles } from "../../worker/src/roles.ts";
import { page, statements } from "../docs/operationsPage.ts";
import { createConnections } from "../support/createConnections.ts";
import { createFolder } from "../support/createFolder.ts";
import { DEBIAN_MISSING, DEBIAN_PROGRAMS, type DebianServer, startDebianServer } from "../support/debianServer.ts";
import { claim, claimParams, defer, ERROR, FINAL_ERROR, fail, poll, succeed, take } from "../support/queue.ts";
import { waitOutStartupGrace } from "../support/waitOutStartupGrace.ts";
import { workOff } from "../support/workOff.ts";

/** pg_dump must not be older than its server, and the npm package of the server has none: both are Debian's. */
describe("a dump of PostgreSQL 15", { skip: DEBIAN_MISSING }, () => {
  let server: DebianServer;
  const folder = createFolder();
  const { open, connect } = createConnections();

  /** Dumps the database `source` into a file of the folder. */
  const dump = (file: string) =>
    getOutput(join(DEBIAN_PROGRAMS, "pg_dump"), [
      ...[`--host=${server.host}`, "--username=postgres", "--format=custom", `--file=${join(folder, file)}`, "source"],
    ]);

  /** Runs pg_restore with a file of the folder, into this database. */
  const restore = (file: string, database: string, options: readonly string[] = [], { host, port, user } = server) =>
    runProgram(join(DEBIAN_PROGRAMS, "pg_restore"), [
      ...[`--host=${host}`, `--port=${port}`, `--username=${user}`, `--dbname=${database}`],
      ...[...options, join(folder, file)],
    ]);

  async function createEmpty(name: string, where: DebianServer = server): Promise<pg.Client> {
    const admin = await open(where, "postgres");
    await admin.query(`drop database if exists ${name} with (force)`);
    await admin.query(`create database ${name}`);
    return await open(where, name);
  }

  /** Tables whose schemas come before and after batch in a dump. */
  const TABLES: Record<string, string> = { clap: "public.make_it_clap", early: "app.orders", late: "zoo.animals" };

  const CREATE_TABLES = `
    create schema app; create schema zoo;
    create table app.orders (id bigint primary key);
    create table zoo.animals (id bigint primary key) partition by hash (id);
    create table zoo.animals_0 partition of zoo.animals for values with (modulus 1, remainder 0);
    create table zoo.idle (id bigint primary key); create table zoo.detached (id bigint primary key);
    select batch.attach('zoo.detached', 'detached');
    select batch.attach('zoo.idle', 'idle'); select batch.attach('app.orders', 'early'); select batch.attach('zoo.animals', 'late')`;

  /** A database with a request of each kind in every state. */
  async function fillSource(): Promise<void> {
    const client = await createEmpty("source");
    await migrate(client, noopLog);
    await createRoles(client, { worker: "w", scaler: "s" });
    await client.query(CREATE_TABLES);
    for (const [kind, table] of Object.entries(TABLES)) {
      const worker = connect(server, "source");
      const takeJob = (job: string) => take(worker, `${kind}-${job}`, { kind });
      const values = kind === "clap" ? "(id, duration_seconds) select n, 1" : "(id) select n";
      await client.query(`insert into ${table} ${values} from generate_series(1, 11) n`);
      await succeed(worker, await takeJob("1"));
      await fail(worker, await takeJob("2"), FINAL_ERROR);
      await fail(worker, await takeJob("3"), ERROR);
      await takeJob("4");
      await fail(worker, await takeJob("5"), { reason: "interrupted", message: "no", final: false });
      await fail(worker, await takeJob("5"), ERROR);
      await defer(worker, await takeJob("6"), { afterSeconds: 3_600, message: "later" });
      await fail(worker, await takeJob("7"), FINAL_ERROR);
      await client.query("select batch.retry($1, 7)", [kind]);
      await succeed(worker, await takeJob("8"));
      await client.query(`delete from ${table} where id = 8`);
      await client.query(`insert into ${table} ${values} from generate_series(8, 8) n`);
      await client.query("select batch.cancel($1, 9)", [kind]);
      await takeJob("10");
      await client.query("select batch.cancel($1, 10)", [kind]);
      await poll(worker, kind);
    }
    // Its Job still works on it.
    await client.query("insert into zoo.detached values (1)");
    await take(connect(server, "source"), "detached", { kind: "detached" });
    await client.query("select batch.detach('detached')");
  }

  const UNFINISHED = ["11", "3", "4", "5", "6", "7", "8"];

  /** Runs whatever may run of a kind, and returns which requests that were. */
  async function runAll(database: string, kind: string, where: DebianServer = server): Promise<string[]> {
    const [scaler, worker] = [connect(where, database), connect(where, database)];
    const done = await workOff(await open(where, database), scaler, worker, { kind, count: 25 });
    assert.equal(await poll(scaler, kind), 0);
    return done;
  }

  before(async () => {
    server = await startDebianServer();
    await fillSource();
    await waitOutStartupGrace(await open(server, "source"));
    await dump("dump");
  });
  after(() => server?.stop());

  test("restored into an empty database: nothing finished runs again, nothing unfinished is lost", async () => {
    const client = await createEmpty("whole");
    const { exitCode, stderr } = await restore("dump", "whole");
    assert.equal(exitCode, 0, stderr);
    for (const kind of Object.keys(TABLES)) assert.deepEqual(await runAll("whole", kind), UNFINISHED, kind);
    await client.query(`insert into make_it_clap (id, duration_seconds) values (12, 1);
      insert into zoo.animals values (12)`);
    assert.deepEqual(await runAll("whole", "clap"), ["12"]);
    assert.deepEqual(await runAll("whole", "late"), ["12"]);
    const newest = (await client.query("select max(version) as newest from batch.migration")).rows[0].newest;
    assert.deepEqual(await migrate(client, noopLog), { from: newest, to: newest });
  });

  test("restored into another cluster, whose transactions have lower numbers: the same", async () => {
    const source = await open(server, "source");
    // The source's numbers, and its bounds, run ahead.
    for (let n = 0; n < 3_000; n++) await source.query("select pg_current_xact_id()");
    await poll(connect(server, "source"), "idle");
    await dump("ahead");
    const other = await startDebianServer();
    after(() => other.stop());
    const admin = await open(other, "postgres");
    await admin.query(`create role batch_owner; create role batch_worker;
      create role batch_scaler; create role batch_program`);
    const client = await createEmpty("moved", other);
    const { exitCode, stderr } = await restore("ahead", "moved", [], other);
    assert.equal(exitCode, 0, stderr);
    const [numbers] = (
      await client.query(
        "select (select waiting_xid from batch.scaling where kind = 'idle') > pg_current_xact_id() as ahead",
      )
    ).rows;
    assert.deepEqual(numbers, { ahead: true });
    await client.query("insert into zoo.idle values (1)");
    const worker = connect(other, "moved");
    const early = await take(worker, "early", { kind: "idle" });
    assert.equal(early.requestId, "1", "before any poll");
    await succeed(worker, early);
    await client.query(`insert into make_it_clap (id, duration_seconds) values (12, 1);
      insert into zoo.idle values (2)`);
    await waitOutStartupGrace(client);
    assert.deepEqual(await runAll("moved", "clap", other), ["12", ...UNFINISHED].sort());
    assert.deepEqual(await runAll("moved", "idle", other), ["2"]);
  });

  /** A database that was just migrated, with the same tables. */
  async function createMigrated(name: string): Promise<pg.Client> {
    const client = await createEmpty(name);
    await migrate(client, noopLog);
    await client.query(CREATE_TABLES);
    return client;
  }

  for (const options of [["--exit-on-error", "--single-transaction"], ["--disable-triggers"]]) {
    const title = ["its data alone, restored into a migrated database", ...options].join(" ");
    test(`${title}: nothing finished runs again, nothing unfinished is lost`, async () => {
      const client = await createMigrated("data");
      const { exitCode, stderr } = await restore("dump", "data", ["--data-only", ...options]);
      // Without its triggers, too, pg_restore reports the rows that already existed, and continues.
      assert.equal(exitCode, options.includes("--disable-triggers") ? 1 : 0, stderr);
      for (const kind of Object.keys(TABLES)) assert.deepEqual(await runAll("data", kind), UNFINISHED, kind);
      await client.query("insert into make_it_clap (id, duration_seconds) values (12, 1)");
      assert.deepEqual(await runAll("data", "clap"), ["12"]);
      if (!options.includes("--disable-triggers")) assert.deepEqual(await runAll("data", "detached"), ["1"]);
    });
  }

  test("its data alone, restored as docs/operations.md says while workers claim: nothing finished runs again, nothing unfinished is lost", async () => {
    const client = await createMigrated("served");
    const [bullet = ""] = page.match(/^- \*\*The data alone.*?(?=^- )/ms) ?? [];
    const [pause = "", resume = ""] = bullet.includes("](#stop-everything-now)")
      ? statements("Stop everything now")
      : [];
    await client.query(pause);
    const restored = restore("dump", "served", ["--data-only", "--single-transaction"]);
    const worker = connect(server, "served");
    let restoring = true;
    const ended = restored.finally(() => {
      restoring = false;
    });
    for (let n = 0; restoring; n++) {
      for (const kind of Object.keys(TABLES)) {
        const claimed = await claim(worker, claimParams(`served-${kind}-${n}`, { kind }));
        if (claimed) await succeed(worker, claimed);
      }
    }
    const { exitCode, stderr } = await ended;
    assert.equal(exitCode, 0, stderr);
    await client.query(resume);
    for (const kind of Object.keys(TABLES)) assert.deepEqual(await runAll("served", kind), UNFINISHED, kind);
  });

  test("its schema alone: nothing runs, inserted rows wait, and the poll and the migration say what is missing", async () => {
    const client = await createEmpty("schema");
    const { exitCode, stderr } = await restore("dump", "schema", ["--schema-only"]);
    assert.equal(exitCode, 0, stderr);
    await client.query("insert into make_it_clap (id, duration_seconds) values (1, 1)");
    const worker = connect(server, "schema");
    await assert.rejects(poll(worker), { message: "kind must be one that batch.status shows (none); got 'clap'" });
    assert.equal(await claim(worker, claimParams("schema-a")), undefined);
    await assert.rejects(migrate(client, noopLog), /schema batch .* without its data.*drop schema batch cascade/s);
    await client.query("select batch.attach('make_it_clap', 'clap')");
    assert.deepEqual(await runAll("schema", "clap"), ["1"]);
  });
});
