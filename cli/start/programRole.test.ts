import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import pg from "pg";
import { startServer } from "../../simulator/server.ts";
import { createCommand } from "../../tests/support/command.ts";
import { createFolder } from "../../tests/support/createFolder.ts";
import { createRoles } from "../../worker/src/roles.ts";

const { start } = await createCommand("cli/start/main.ts");
const server = await startServer({ durable: false });
after(() => server.stop());
const folder = createFolder();
const url = (database: string, user = "plain") => `postgresql://${user}@/${database}?host=${server.host}`;

async function connect(database: string): Promise<pg.Client> {
  const client = new pg.Client({ host: server.host, user: server.user, database });
  await client.connect();
  return client;
}

async function query(database: string, text: string): Promise<void> {
  const client = await connect(database);
  await client.query(text);
  await client.end();
}

/** Runs a program that writes its effect with batch.own(). */
async function runProgram(database: string, more = "", user?: string) {
  const sql = join(folder, `${database}.sql`);
  await writeFile(
    sql,
    `create table pages (id bigint primary key, ms integer default 0); insert into pages values (1);
    create table effects (page_id bigint primary key, attempt integer);\n${more}`,
  );
  const program = `"${process.execPath}" "${join(import.meta.dirname, "../../tests/support/insertingProgram.ts")}"`;
  const args = ["--sql", sql, "--table", "pages", "--kind", "page", "--command", program];
  return await start(args, { DATABASE_URL: url(database, user) }).ended;
}

test("a run on a server that has one of the cluster's roles leaves that role's password as it is", async () => {
  const passwords =
    "select rolname, rolpassword from pg_authid where rolname in ('batch_worker', 'batch_scaler') order by 1";
  await query("postgres", "create role batch_scaler login password 'of the cluster'");
  await query("postgres", "create database shared");
  const client = await connect("postgres");
  const [kept] = (await client.query(passwords)).rows;
  const { exitCode, stderr } = await runProgram("shared", "", server.user);
  assert.equal(exitCode, 0, stderr);
  assert.deepEqual((await client.query(passwords)).rows, [kept, { rolname: "batch_worker", rolpassword: null }]);
  await client.query("drop database shared");
  await client.query("drop role batch_worker, batch_scaler, batch_program, batch_owner");
  await client.end();
});

describe("a role that may neither create nor grant roles, and owns its database", { timeout: 180_000 }, () => {
  test("runs commands on a server without the roles", async () => {
    await query("postgres", "create role plain login");
    await query("postgres", "create database without_roles owner plain");
    const { exitCode, stderr } = await runProgram("without_roles");
    assert.equal(exitCode, 0, stderr);
  });

  test("is told who must create the role that its SQL file names", async () => {
    await query("postgres", "create database names_role owner plain");
    const { exitCode, stderr } = await runProgram("names_role", "grant insert on effects to batch_program;");
    assert.match(stderr, /line 3: role "batch_program" does not exist \(a role that may create roles must create it: /);
    assert.equal(exitCode, 1);
  });

  test("runs commands on a server where another database has the roles", async () => {
    const args = ["--requests", "0"];
    const superuser = `postgresql://${server.user}@/postgres?host=${server.host}`;
    assert.equal((await start(args, { DATABASE_URL: superuser }).ended).exitCode, 0);
    const client = await connect("postgres");
    await createRoles(client, { worker: "w", scaler: "s" });
    await client.end();
    await query("postgres", "create database with_roles owner plain");
    const { exitCode, stderr } = await runProgram("with_roles", "grant insert on effects to batch_program;");
    assert.equal(exitCode, 0, stderr);
  });
});
