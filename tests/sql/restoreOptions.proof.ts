import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type pg from "pg";
import { getOutput } from "../../cli/getOutput.ts";
import { runProgram } from "../../cli/runProgram.ts";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { readMigrationFiles } from "../../worker/src/migrationFiles.ts";
import { createRoles } from "../../worker/src/roles.ts";
import { page, statements } from "../docs/operationsPage.ts";
import { codeBlocks } from "../support/codeBlocks.ts";
import { createConnections } from "../support/createConnections.ts";
import { createFolder } from "../support/createFolder.ts";
import { DEBIAN_MISSING, DEBIAN_PROGRAMS, type DebianServer, startDebianServer } from "../support/debianServer.ts";
import { ERROR, FINAL_ERROR, fail, poll, succeed, take } from "../support/queue.ts";
import { waitOutStartupGrace } from "../support/waitOutStartupGrace.ts";
import { workOff } from "../support/workOff.ts";

describe("a dump that is restored with other options", { skip: DEBIAN_MISSING }, () => {
  let server: DebianServer;
  const folder = createFolder();
  const { open, connect } = createConnections();

  async function runTool(name: string, ...args: string[]): Promise<void> {
    const where = [`--host=${server.host}`, `--port=${server.port}`, `--username=${server.user}`];
    const { exitCode, stderr } = await runProgram(join(DEBIAN_PROGRAMS, name), [...where, ...args]);
    assert.equal(exitCode, 0, stderr);
  }

  /** Runs what may run, as the roles that log in, and returns which requests that were. */
  async function runAll(name: string): Promise<string[]> {
    const [scaler, worker] = [connect(server, name, "batch_scaler"), connect(server, name, "batch_worker")];
    return await workOff(await open(server, name), scaler, worker, { count: 8 });
  }

  /** A new, empty database. */
  async function create(name: string): Promise<pg.Client> {
    const admin = await open(server, "postgres");
    await admin.query(`drop database if exists ${name} with (force)`);
    await admin.query(`create database ${name}`);
    return await open(server, name);
  }

  async function createMigrated(name: string): Promise<pg.Client> {
    const client = await create(name);
    await migrate(client, noopLog);
    return client;
  }

  before(async () => {
    server = await startDebianServer();
    const client = await createMigrated("source");
    await createRoles(client, { worker: "w", scaler: "s" });
    await client.query("insert into make_it_clap (duration_seconds) select 1 from generate_series(1, 5)");
    const worker = connect(server, "source", "batch_worker");
    await succeed(worker, await take(worker, "a"));
    await fail(worker, await take(worker, "b"), FINAL_ERROR);
    await fail(worker, await take(worker, "c"), ERROR);
    await take(worker, "d");
    await waitOutStartupGrace(client);
    await runTool("pg_dump", "--format=directory", `--file=${folder}/dump`, "source");
  });
  after(() => server?.stop());

  for (const [title, migrated, options] of [
    ["by several jobs, into an empty database", false, ["--jobs=4"]],
    ["over a migrated database with requests", true, ["--clean", "--if-exists"]],
    ["without privileges, then migrated and attached again", false, ["--no-privileges"]],
  ] as const) {
    test(`${title}: nothing finished runs again, nothing unfinished is lost`, async () => {
      const client = await create("restored");
      if (migrated) {
        await migrate(client, noopLog);
        await client.query("insert into make_it_clap (duration_seconds) select 1 from generate_series(1, 9)");
      }
      await runTool("pg_restore", ...options, "--dbname=restored", `${folder}/dump`);
      await migrate(client, noopLog);
      await client.query("select batch.attach('make_it_clap', 'clap')");
      assert.deepEqual(await runAll("restored"), ["3", "4", "5"]);
      const executable =
        "select proname from pg_proc where pronamespace = 'batch'::regnamespace and has_function_privilege('public', oid, 'execute')";
      assert.deepEqual((await client.query(executable)).rows, []);
    });
  }

  test("over a database that was upgraded since, as docs/operations.md says: nothing of it stays, and it can be upgraded again", async () => {
    const client = await create("restored");
    const files = readMigrationFiles();
    const text = "create table batch.more (one bigint)";
    const upgraded = { ...files, migrations: [...files.migrations, { version: 999, name: "more", text }] };
    await migrate(client, noopLog, upgraded);
    await client.query("create table pages (id bigint primary key); select batch.attach('pages', 'page')");
    await client.query("drop schema batch cascade");
    await runTool("pg_restore", "--clean", "--if-exists", "--dbname=restored", `${folder}/dump`);
    await migrate(client, noopLog);
    assert.deepEqual(await runAll("restored"), ["3", "4", "5"]);
    await client.query("insert into pages values (1); select batch.attach('pages', 'page')");
    assert.deepEqual((await client.query("select request_id from batch.queue where kind = 'page'")).rows, [
      { request_id: "1" },
    ]);
    assert.equal((await migrate(client, noopLog, upgraded)).to, 999);
  });

  test("the queue alone, as docs/operations.md says, where it was dropped: what is newer than the dump runs as well", async () => {
    const client = await create("dropped");
    await runTool("pg_restore", "--dbname=dropped", `${folder}/dump`);
    await client.query("drop schema batch cascade; insert into make_it_clap (duration_seconds) values (1)");
    const block = codeBlocks(page, "sh").find((each) => each.includes("drop schema if exists batch cascade")) ?? "";
    const script = block
      .replace(/^DATABASE=.*/m, `export PATH=${DEBIAN_PROGRAMS}:$PATH`)
      .replaceAll("postgres-batch.dump", "dump");
    const url = `postgresql://${server.user}@/dropped?host=${server.host}&port=${server.port}`;
    const env = { ...process.env, DATABASE: url };
    await getOutput("bash", ["-euc", script], { cwd: folder, env });
    // Without the dump nothing is dropped.
    await assert.rejects(getOutput("bash", ["-c", script], { cwd: tmpdir(), env }));
    await migrate(client, noopLog);
    await client.query("select batch.attach('make_it_clap', 'clap')");
    assert.deepEqual(await runAll("dropped"), ["3", "4", "5", "6"]);
    assert.deepEqual((await client.query("select count(*)::int from clap")).rows, [{ count: 6 }]);
  });

  test("its data alone, into a migrated database: truncated keys may be inserted again, and a paused kind stays paused", async () => {
    const [source, client] = [await createMigrated("truncated"), await createMigrated("filled")];
    const insert = "insert into make_it_clap (duration_seconds) values (1), (1)";
    await source.query(insert);
    await succeed(connect(server, "truncated", "batch_worker"), await take(connect(server, "truncated"), "a"));
    await source.query("truncate make_it_clap restart identity; select batch.pause('clap', 'closed')");
    await runTool("pg_dump", "--format=directory", `--file=${folder}/truncated`, "truncated");
    await runTool("pg_restore", "--data-only", "--dbname=filled", `${folder}/truncated`);
    await client.query(insert);
    assert.deepEqual(await runAll("filled"), []);
    await client.query("select batch.resume('clap')");
    assert.deepEqual(await runAll("filled"), ["1", "2"]);
  });

  test("its data alone, into a migrated database that was polled before: its requests run at once", async () => {
    await createMigrated("polled");
    const scaler = connect(server, "polled", "batch_scaler");
    assert.equal(await poll(scaler), 0);
    await runTool("pg_restore", "--data-only", "--dbname=polled", `${folder}/dump`);
    assert.ok((await poll(scaler)) > 0);
    assert.deepEqual(await runAll("polled"), ["3", "4", "5"]);
  });

  test("one table alone, in place of the present one, as docs/operations.md says: nothing finished runs again, nothing unfinished is lost", async () => {
    const client = await create("one");
    await runTool("pg_restore", "--dbname=one", `${folder}/dump`);
    await runTool("pg_dump", "--clean", "--if-exists", "--table=make_it_clap", `--file=${folder}/one.sql`, "source");
    await runTool("psql", "--quiet", "--set=ON_ERROR_STOP=1", `--file=${folder}/one.sql`, "one");
    const replace = statements("Replace a table by a copy").filter((each) => !/pages_(new|old)/.test(each));
    for (const each of replace) {
      await client.query(each.replaceAll("'pages'", "'make_it_clap'").replaceAll("'page'", "'clap'"));
    }
    assert.deepEqual(await runAll("one"), ["3", "4", "5"]);
  });

  test("its data alone, with the page's options, where a kind is refused: nothing is restored; emptied as the page says, all is", async () => {
    const [source, client] = [await createMigrated("quiet"), await createMigrated("refused")];
    await source.query("insert into make_it_clap (duration_seconds) values (1), (1)");
    const [quiet, worker] = [connect(server, "quiet"), connect(server, "refused", "batch_worker")];
    await succeed(quiet, await take(quiet, "a"));
    await runTool("pg_dump", "--format=directory", `--file=${folder}/quiet`, "quiet");
    // No key of an attempt is in the dump: only the kind is refused.
    await client.query("insert into make_it_clap (id, duration_seconds) values (9, 1)");
    await succeed(worker, await take(worker, "a"));
    await client.query("truncate make_it_clap");
    const [, options = ""] = /`pg_restore (--data-only[^`]*)`/.exec(page) ?? [];
    const restore = () => runTool("pg_restore", ...options.split(" "), "--dbname=refused", `${folder}/quiet`);
    await assert.rejects(restore(), /kind 'clap' must have had no attempts before its table was truncated/);
    assert.deepEqual(await runAll("refused"), []);
    // Nor may rows have been deleted after attempts.
    await client.query("insert into make_it_clap (id, duration_seconds) values (1, 1)");
    await succeed(worker, await take(worker, "b"));
    await client.query("delete from make_it_clap");
    await assert.rejects(restore(), /history_pkey/);
    assert.deepEqual(await runAll("refused"), []);
    for (const each of statements("Back up and restore"))
      await client.query(each.replace("pages", "make_it_clap").replace("'page'", "'clap'"));
    await restore();
    assert.deepEqual(await runAll("refused"), ["2"]);
  });

  describe("its data alone, into a migrated database whose table was truncated", () => {
    /** A migrated database with nine rows. */
    async function createFilled(name: string) {
      const client = await createMigrated(name);
      await client.query("insert into make_it_clap (duration_seconds) select 1 from generate_series(1, 9)");
      return client;
    }

    test("before any attempt: nothing finished runs again, nothing unfinished is lost", async () => {
      const client = await createFilled("emptied");
      await client.query("truncate make_it_clap");
      await runTool("pg_restore", "--data-only", "--dbname=emptied", `${folder}/dump`);
      assert.deepEqual(await runAll("emptied"), ["3", "4", "5"]);
    });

    test("after attempts: the restore fails and says what to delete; afterwards it succeeds", async () => {
      const client = await createFilled("attempted");
      const worker = connect(server, "attempted", "batch_worker");
      await succeed(worker, await take(worker, "a"));
      await fail(worker, await take(worker, "b"), ERROR);
      await take(worker, "c");
      await client.query("truncate make_it_clap");
      const where = [`--host=${server.host}`, `--port=${server.port}`, `--username=${server.user}`];
      const { exitCode, stderr } = await runProgram(join(DEBIAN_PROGRAMS, "pg_restore"), [
        ...[...where, "--data-only", "--single-transaction", "--schema=batch", "--table=kind"],
        ...["--dbname=attempted", `${folder}/dump`],
      ]);
      assert.equal(exitCode, 1);
      assert.match(stderr, /kind 'clap' must have had no attempts before its table was truncated/);
      const [, statements = ""] = stderr.match(/HINT: {2}Before you restore: (.*)/) ?? [];
      await client.query(statements);
      await runTool("pg_restore", "--data-only", "--dbname=attempted", `${folder}/dump`);
      assert.deepEqual(await runAll("attempted"), ["3", "4", "5"]);
    });
  });
});
