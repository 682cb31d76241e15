import { writeFileSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import { pgDump } from "@electric-sql/pglite-tools/pg_dump";
import type pg from "pg";
import { noopLog } from "../worker/src/log.ts";
import { migrate } from "../worker/src/migrate.ts";

/** The committed dump. */
export const SCHEMA_FILE = new URL("../sql/schema.sql", import.meta.url);

/**
 * The schema that the migrations make, as pg_dump tells it. PGlite is PostgreSQL in this process, and brings pg_dump
 * along: the one program that no npm package of the server has.
 */
export async function dumpSchema(): Promise<string> {
  const database = await PGlite.create();
  try {
    const client = {
      query: async (text: string, values?: unknown[]) =>
        values ? await database.query(text, values) : ((await database.exec(text)).at(-1) ?? { rows: [] }),
    };
    await migrate(client as unknown as pg.ClientBase, noopLog);
    const dump = await pgDump({ pg: database, args: ["--schema-only", "--no-owner"] });
    // Two lines name versions, two a random key: what differs from run to run is not the schema.
    return (await dump.text()).replace(/^(-- Dumped |\\(un)?restrict ).*\n/gm, "");
  } finally {
    await database.close();
  }
}

if (import.meta.main) {
  writeFileSync(SCHEMA_FILE, await dumpSchema());
  console.log("sql/schema.sql is up to date");
}
