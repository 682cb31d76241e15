import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type pg from "pg";
import { createFolder } from "../../tests/support/createFolder.ts";
import { connectTo, createTestDatabase } from "../../tests/support/database.ts";
import { noopLog } from "./log.ts";
import { migrate } from "./migrate.ts";
import { type Migration, type MigrationFiles, readMigrationFiles } from "./migrationFiles.ts";
import { createRoles } from "./roles.ts";

const empty = () => createTestDatabase("template0");
const FILES = readMigrationFiles();
const VERSIONS = FILES.migrations.map(({ version }) => version);
const NEWEST = VERSIONS.length;
/** Roles of this file: those of the other files are the server's, too. */
const ROLES = { worker: "worker_of_migrate_test", scaler: "scaler_of_migrate_test" };

/** The real files with other migrations. */
const filesWith = (migrations: readonly Migration[]): MigrationFiles => ({ ...FILES, migrations });

async function tables(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    "select table_schema || '.' || table_name as name from information_schema.tables where table_schema in ('public', 'batch')",
  );
  return rows.map(({ name }) => name);
}

describe("migrate", () => {
  test("an empty database gets every table; migrating again changes nothing", async () => {
    const { client } = await empty();
    assert.deepEqual(await migrate(client, noopLog), { from: 0, to: NEWEST });
    assert.ok((await tables(client)).includes("public.make_it_clap"));
    assert.deepEqual(await migrate(client, noopLog), { from: NEWEST, to: NEWEST });
  });

  test("ten processes at once apply each migration once", async () => {
    const { name, query } = await empty();
    const clients = await Promise.all(Array.from({ length: 10 }, () => connectTo(name)));
    const versionsBefore = await Promise.all(clients.map(async (client) => (await migrate(client, noopLog)).from));
    await Promise.all(clients.map((client) => client.end()));
    assert.equal(versionsBefore.filter((from) => from === 0).length, 1);
    const applied = await query("select version from batch.migration order by version");
    assert.deepEqual(
      applied,
      VERSIONS.map((version) => ({ version })),
    );
  });

  test("a migration of the project is applied although a user's own, from 1000 on, was applied before", async () => {
    const { client, query } = await empty();
    const [first, ...rest] = FILES.migrations as [Migration, ...Migration[]];
    const own = { version: 1_001, name: "own", text: "create table own ()" };
    await migrate(client, noopLog, filesWith([first, own]));
    await migrate(client, noopLog, filesWith([first, ...rest, own]));
    const applied = await query("select version from batch.migration order by applied_at");
    const inOrder = [first, own, ...rest].map(({ version }) => ({ version }));
    assert.deepEqual(applied, inOrder);
  });

  test("a connection that breaks is reported with the migration that it interrupted", async () => {
    const { name } = await empty();
    const client = await connectTo(name);
    client.on("error", () => undefined);
    const [first] = FILES.migrations as [Migration];
    const broken = { version: 1_002, name: "broken", text: "select pg_terminate_backend(pg_backend_pid())" };
    await assert.rejects(migrate(client, noopLog, filesWith([first, broken])), {
      message: /^cannot apply migration 1002 \(broken\): terminating connection due to administrator command\. /,
    });
  });

  test("two migrations with the same number are refused, by name", async () => {
    const folder = createFolder();
    mkdirSync(join(folder, "migrations"));
    for (const file of ["0001_one.sql", "0002_two.sql", "0002_too.sql"]) {
      writeFileSync(join(folder, "migrations", file), "");
    }
    assert.throws(() => readMigrationFiles(pathToFileURL(`${folder}/`)), {
      message: /0002_two.sql must have a unique number/,
    });
  });

  test("a migration may begin with a byte order mark", async () => {
    const folder = createFolder();
    for (const part of ["migrations", "functions"]) mkdirSync(join(folder, part));
    writeFileSync(join(folder, "migrations/1000_pages.sql"), "\uFEFFcreate table pages ();\r\n");
    const { migrations } = readMigrationFiles(pathToFileURL(`${folder}/`));
    assert.deepEqual(migrations, [{ version: 1_000, name: "pages", text: "create table pages ();\r\n" }]);
  });

  test("a newer database is refused, naming both versions, and left unchanged", async () => {
    const { client, query } = await createTestDatabase();
    await query("insert into batch.migration values (99, 'from_the_future')");
    const before = await tables(client);
    await assert.rejects(migrate(client, noopLog), {
      message: new RegExp(`at version ${NEWEST} or older .*; got version 99`),
    });
    assert.deepEqual(await tables(client), before);
  });

  test("a migration that fails leaves nothing behind, is named in the error, and runs again next time", async () => {
    const { client } = await empty();
    const [first] = FILES.migrations as [Migration];
    const fail = "do 'begin raise exception ''no'' using hint = ''Say yes.''; end'";
    const half = { version: 2, name: "half", text: `create table half (); ${fail}` };
    await assert.rejects(migrate(client, noopLog, filesWith([first, half])), {
      message: /^cannot apply migration 2 \(half\): no \(Say yes\.\)\. The database stays as it was/,
    });
    assert.deepEqual(await tables(client), []);
    const corrected = { ...half, text: "create table half ()" };
    assert.deepEqual(await migrate(client, noopLog, filesWith([first, corrected])), { from: 0, to: 2 });
  });

  test("after the schema batch was dropped, a queue without history is created, also if nothing is left of the sample", async () => {
    const { client, query } = await empty();
    await migrate(client, noopLog);
    await query("insert into make_it_clap (duration_seconds) values (1); drop schema batch cascade");
    await migrate(client, noopLog);
    assert.deepEqual(await query("select kind, request_id from batch.queue"), [{ kind: "clap", request_id: "1" }]);
    await query("select batch.detach('clap'); drop view clap, clap_attempt; drop table make_it_clap");
    await migrate(client, noopLog);
    await query("create table pages (id bigint primary key); select batch.attach('pages', 'page')");
    assert.deepEqual(await query("select kind, problem from batch.status where kind = 'page'"), [
      { kind: "page", problem: null },
    ]);
  });

  test("a database of a development version, or with another program's schema batch, is refused and left unchanged", async () => {
    const development = /must be empty or created by this version .*; got one of a development version/;
    for (const [sql, message] of [
      ["create table public.batch_migration ()", development],
      [
        "create schema batch; create table batch.migration (); create table batch.kind (intake_after bigint)",
        development,
      ],
      [
        "create schema batch; create table batch.job ()",
        /the schema batch must belong to postgres-batch .*; got another program's schema/,
      ],
    ] as const) {
      const { client, query } = await empty();
      await query(sql);
      const before = await tables(client);
      await assert.rejects(migrate(client, noopLog), { message });
      assert.deepEqual(await tables(client), before);
    }
  });

  test("a database with the schema and without its data, as pg_restore --schema-only leaves it, is migrated after the statements in the refusal", async () => {
    const { client, query } = await empty();
    await migrate(client, noopLog);
    await query("create table pages (id bigint primary key); select batch.attach('pages', 'page')");
    await query("truncate batch.migration, batch.function, batch.kind, batch.scaling");
    const refusal = await migrate(client, noopLog).catch((error: Error) => error.message);
    const [, statements = ""] = String(refusal).match(/without its data.*, or run: (.*?)\. Then/) ?? [];
    await query(statements);
    await migrate(client, noopLog);
    await query("select batch.attach('pages', 'page'); insert into pages values (1)");
    assert.deepEqual(await query("select kind, request_id from batch.queue"), [{ kind: "page", request_id: "1" }]);
  });

  test("settings of the database that would interrupt or change a migration have no effect", async () => {
    const { name, open, query } = await empty();
    for (const setting of [
      "default_transaction_isolation = 'serializable'",
      "default_transaction_read_only = on",
      "lock_timeout = '1ms'",
      "statement_timeout = '3s'",
      "search_path = 'nowhere'",
      "row_security = off",
      "standard_conforming_strings = off",
      "check_function_bodies = on",
      "datestyle = 'German'",
      "quote_all_identifiers = on",
    ]) {
      await query(`alter database ${name} set ${setting}`);
    }
    const client = await open();
    assert.deepEqual(await migrate(client, noopLog), { from: 0, to: NEWEST });
    assert.deepEqual(await migrate(client, noopLog), { from: NEWEST, to: NEWEST });
  });

  for (const [what, run] of [
    ["a migration", (client: pg.Client) => migrate(client, noopLog)],
    ["the creation of the roles", (client: pg.Client) => createRoles(client, { worker: "w", scaler: "s" }, ROLES)],
  ] as const) {
    test(`${what} and batch.attach() at the same moment wait for each other`, async () => {
      const { client, open, query, untilBlocked } = await createTestDatabase();
      await query("create table pages (id bigint primary key)");
      const operator = await open();
      await operator.query("begin; select batch.attach('pages', 'page')");
      const ran = run(client);
      await untilBlocked();
      await operator.query("commit");
      await ran;
      await operator.query("select batch.detach('page')");
      await query(`do $$declare role name; begin for role in select rolname from pg_roles where rolname like '%_of_migrate_test' loop
        execute format('drop owned by %1$I; drop role %1$I', role); end loop; end$$`);
    });
  }

  test("the files are numbered from 1 without a gap", () => {
    const expected = Array.from(VERSIONS, (_, index) => index + 1);
    assert.deepEqual(VERSIONS, expected);
  });
});
