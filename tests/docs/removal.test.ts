import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import pg from "pg";
import { startServer } from "../../simulator/server.ts";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { createRoles } from "../../worker/src/roles.ts";
import { DEBIAN_MISSING, startDebianServer } from "../support/debianServer.ts";
import { codeBlocks } from "./codeBlocks.ts";

const page = readFileSync(new URL("../../docs/production.md", import.meta.url), "utf8");

const SERVERS = [
  { version: 18, skip: false, start: () => startServer({ durable: false }) },
  { version: 15, skip: DEBIAN_MISSING ?? false, start: () => startDebianServer() },
] as const;

describe("docs/production.md removes everything from an existing database, as its owner", () => {
  for (const { version, skip, start } of SERVERS) {
    test(`on PostgreSQL ${version}`, { skip }, async (t) => {
      const { host, port, user, stop } = await start();
      t.after(stop);
      async function open(role: string, database: string): Promise<pg.Client> {
        const client = new pg.Client({ host, port, user: role, database });
        client.on("error", () => undefined);
        await client.connect();
        t.after(() => client.end().catch(() => undefined));
        return client;
      }
      const superuser = await open(user, "postgres");
      await superuser.query("create role app login createrole");
      await superuser.query("create database app owner app");
      const app = await open("app", "app");
      await migrate(app, noopLog);
      await createRoles(app, { worker: "w", scaler: "s" });
      await app.query("create table pages (id bigint primary key); insert into pages values (1)");
      await app.query("select batch.attach('pages', 'page')");
      for (const block of codeBlocks(page, "sql")) await app.query(block);
      const left = `select nspname::text as name from pg_namespace where nspname = 'batch'
        union all select rolname::text from pg_roles where rolname like 'batch%'
        union all select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind <> 'i'
        union all select tgname::text from pg_trigger where not tgisinternal`;
      assert.deepEqual((await app.query(left)).rows, [{ name: "pages" }]);
    });
  }
});
