import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type pg from "pg";
import { getOutput } from "../../cli/getOutput.ts";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { migrateDatabase } from "../../worker/src/migrateDatabase.ts";
import { createRoles } from "../../worker/src/roles.ts";
import { codeBlocks } from "../support/codeBlocks.ts";
import { createConnections } from "../support/createConnections.ts";
import { claim, claimParams } from "../support/queue.ts";
import { SERVERS } from "../support/servers.ts";

const page = readFileSync(new URL("../../docs/production.md", import.meta.url), "utf8");

for (const { name, skip, start } of SERVERS) {
  describe(`docs/production.md on ${name}`, { skip }, () => {
    let server: Awaited<ReturnType<typeof start>>;
    let superuser: pg.Client;
    const { open, connect } = createConnections();
    after(() => server?.stop());
    before(async () => {
      server = await start();
      superuser = await open(server, "postgres");
      await superuser.query("create role app login");
    });

    /** A new database of a role that is no superuser. */
    async function createApp(attributes: string): Promise<pg.Client> {
      await superuser.query(`alter role app ${attributes}`);
      await superuser.query("drop database if exists app with (force)");
      await superuser.query("create database app owner app");
      return await open(server, "app", "app");
    }

    const LEFT = `select nspname::text as name from pg_namespace where nspname = 'batch'
      union all select rolname::text from pg_roles where rolname like 'batch%'
      union all select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind <> 'i'
      union all select tgname::text from pg_trigger where not tgisinternal`;

    test("removes everything from an existing database, as a superuser with a table of its own, where no role may connect by default", async () => {
      await superuser.query("revoke connect on database postgres from public");
      await migrate(superuser, noopLog);
      await createRoles(superuser, { worker: "w", scaler: "s" });
      await superuser.query("create table pages (id bigint primary key); select batch.attach('pages', 'page')");
      for (const block of codeBlocks(page, "sql")) await superuser.query(block);
      assert.deepEqual((await superuser.query(LEFT)).rows, [{ name: "pages" }]);
    });

    test("removes everything from an existing database, as its owner", async () => {
      const app = await createApp("createrole");
      await migrate(app, noopLog);
      await createRoles(app, { worker: "w", scaler: "s" });
      await app.query("create table pages (id bigint primary key); insert into pages values (1)");
      await app.query("select batch.attach('pages', 'page')");
      for (const block of codeBlocks(page, "sql")) await app.query(block);
      assert.deepEqual((await app.query(LEFT)).rows, [{ name: "pages" }]);
    });

    test("prepares roles that a migration without CREATEROLE gives their rights", async () => {
      const app = await createApp("nocreaterole");
      const { host, port, user } = server;
      const [block = ""] = codeBlocks(page, "sh").filter((each) => each.includes("sql/roles.sql"));
      const command = block
        .replace(/"postgresql:.*?"/, `"postgresql://${user}@/app?host=${host}&port=${port}"`)
        .replace("to batch_admin", "to app");
      const cwd = fileURLToPath(new URL("../..", import.meta.url));
      await getOutput("sh", ["-euc", command], { cwd });
      const env = { PG_HOST: host, PG_PORT: String(port), PG_DATABASE: "app", PG_USERNAME: "app" };
      await migrateDatabase(env, noopLog);
      const owner = "select nspowner::regrole::text as owner from pg_namespace where nspname = 'batch'";
      assert.deepEqual((await app.query(owner)).rows, [{ owner: "batch_owner" }]);
      await app.query("insert into make_it_clap (duration_seconds) values (1)");
      const worker = connect(server, "app", "batch_worker");
      assert.equal((await claim(worker, claimParams("job")))?.requestId, "1");
      const timeout = "select unnest(rolconfig) as setting from pg_roles where rolname = 'batch_scaler'";
      assert.ok((await app.query(timeout)).rows.some(({ setting }) => setting === "statement_timeout=10s"));
    });
  });
}
