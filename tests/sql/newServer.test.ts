import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { after, test } from "node:test";
import type pg from "pg";
import { startServer } from "../../simulator/server.ts";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { createRoles } from "../../worker/src/roles.ts";
import { createConnections } from "../support/createConnections.ts";
import { DEBIAN_MISSING, startDebianServer } from "../support/debianServer.ts";
import { until } from "../support/until.ts";

// The tests' shared server has the roles already.
const server = await startServer({ durable: false });
const { open } = createConnections();
after(() => server.stop());

/** Polls; resolves with the reason why the kind is stopped. */
async function poll(client: pg.Client): Promise<string | null> {
  await client.query("select batch.demand('clap', 1, 10)");
  return (await client.query("select problem from batch.kind where kind = 'clap'")).rows[0].problem;
}

test("databases of one new server are migrated, and their roles created, at the same time", {
  timeout: 60_000,
}, async () => {
  const first = await open(server, "postgres");
  const names = ["one", "two", "three"];
  for (const name of names) await first.query(`create database ${name}`);
  const all = await Promise.all(names.map((name) => open(server, name)));
  await Promise.all(all.map((client) => migrate(client, noopLog)));
  for (let times = 0; times < 5; times++) {
    await Promise.all(all.map((client) => createRoles(client, { worker: "w", scaler: "s" })));
  }
  const { rows } = await first.query("select rolname from pg_roles where rolname like 'batch\\_%' order by 1");
  const roles = rows.map(({ rolname }) => rolname);
  assert.deepEqual(roles, ["batch_owner", "batch_program", "batch_scaler", "batch_worker"]);
});

test("a configuration file with session_replication_role = replica stops the kind; its problem has the statements that end this", {
  timeout: 60_000,
}, async () => {
  const admin = await open(server, "postgres");
  await admin.query("create database configured");
  const client = await open(server, "configured");
  await migrate(client, noopLog);
  const [{ config_file: file }] = (await client.query("show config_file")).rows;
  appendFileSync(file, "\nsession_replication_role = replica\n");
  await admin.query("select pg_reload_conf()");
  const problem = await until("the kind has stopped", () => poll(client));
  const [, statements = ""] = / \(session_replication_role is replica\): (.*), and let/.exec(problem) ?? [];
  assert.match(statements, /^alter system .*; select pg_reload_conf\(\)$/);
  for (const each of statements.split("; ")) await admin.query(each);
  await until("the kind has started again", async () => (await poll(client)) === null);
});

test("a database in which triggers fire keeps its kinds running, although the server's other databases have session_replication_role = replica", {
  timeout: 60_000,
}, async () => {
  const admin = await open(server, "postgres");
  await admin.query("create database primary_here");
  await admin.query("alter database primary_here set session_replication_role = origin");
  const client = await open(server, "primary_here");
  await migrate(client, noopLog);
  await admin.query("alter role all set session_replication_role = replica");
  try {
    const application = await open(server, "primary_here");
    await application.query("insert into make_it_clap (duration_seconds) values (1)");
    const { rows } = await application.query("select batch.demand('clap', 1, 10) as jobs");
    assert.deepEqual(rows, [{ jobs: "1" }]);
    assert.equal(await poll(client), null);
    await admin.query("alter database primary_here reset session_replication_role");
    assert.match(String(await poll(client)), /: alter role all reset session_replication_role, and let/);
  } finally {
    await admin.query("alter role all reset session_replication_role");
  }
});

test("a server that is started with session_replication_role = replica stops the kind; its problem has the statement that ends this", {
  skip: DEBIAN_MISSING,
  timeout: 60_000,
}, async () => {
  const started = await startDebianServer();
  try {
    const migrated = await open(started, "postgres");
    await migrate(migrated, noopLog);
    await migrated.end();
    await started.restart({ session_replication_role: "replica" });
    const client = await open(started, "postgres");
    await client.query("insert into make_it_clap (duration_seconds) values (1)");
    const [, statement = ""] =
      / \(session_replication_role is replica\): (.*), and let/.exec(String(await poll(client))) ?? [];
    assert.equal(statement, "alter database postgres set session_replication_role = origin");
    await client.query(statement);
    assert.equal(await poll(client), null);
    const application = await open(started, "postgres");
    await application.query("insert into make_it_clap (duration_seconds) values (1)");
    const { rows } = await application.query("select batch.demand('clap', 1, 10) as jobs");
    assert.deepEqual(rows, [{ jobs: "2" }]);
  } finally {
    await started.stop();
  }
});
