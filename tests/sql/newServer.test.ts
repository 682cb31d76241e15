import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { after, test } from "node:test";
import { startServer } from "../../simulator/server.ts";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { createRoles } from "../../worker/src/roles.ts";
import { createConnections } from "../support/createConnections.ts";
import { until } from "../support/until.ts";

// The tests' shared server has the roles already.
const server = await startServer({ durable: false });
const { open } = createConnections();
after(() => server.stop());

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
  assert.deepEqual(
    rows.map(({ rolname }) => rolname),
    ["batch_owner", "batch_program", "batch_scaler", "batch_worker"],
  );
});

test("a configuration file with session_replication_role = replica stops the kind; its problem has the statements that end this", {
  timeout: 60_000,
}, async () => {
  const admin = await open(server, "postgres");
  await admin.query("create database configured");
  const client = await open(server, "configured");
  await migrate(client, noopLog);
  const poll = async (): Promise<string | null> => {
    await client.query("select batch.demand('clap', 1, 10)");
    return (await client.query("select problem from batch.kind where kind = 'clap'")).rows[0].problem;
  };
  const [{ config_file: file }] = (await client.query("show config_file")).rows;
  appendFileSync(file, "\nsession_replication_role = replica\n");
  await admin.query("select pg_reload_conf()");
  const problem = await until("the kind has stopped", poll);
  const [, statements = ""] = / \(session_replication_role is replica\): (.*), and let/.exec(problem) ?? [];
  assert.match(statements, /^alter system .*; select pg_reload_conf\(\)$/);
  for (const each of statements.split("; ")) await admin.query(each);
  await until("the kind has started again", async () => (await poll()) === null);
});
