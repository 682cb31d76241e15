import assert from "node:assert/strict";
import { after, test } from "node:test";
import pg from "pg";
import { startServer } from "../../simulator/server.ts";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { createRoles } from "../../worker/src/roles.ts";

// The tests' shared server has the roles already.
const server = await startServer({ durable: false });
const clients: pg.Client[] = [];
after(async () => {
  for (const client of clients) await client.end();
  await server.stop();
});

async function connect(database: string): Promise<pg.Client> {
  const client = new pg.Client({ host: server.host, user: server.user, database });
  await client.connect();
  clients.push(client);
  return client;
}

test("databases of one new server are migrated, and their roles created, at the same time", {
  timeout: 60_000,
}, async () => {
  const first = await connect("postgres");
  const names = ["one", "two", "three"];
  for (const name of names) await first.query(`create database ${name}`);
  const all = await Promise.all(names.map(connect));
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
