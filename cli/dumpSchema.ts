import { PGlite } from "@electric-sql/pglite";
import { pgDump } from "@electric-sql/pglite-tools/pg_dump";
import type pg from "pg";
import { noopLog } from "../worker/src/log.ts";
import { migrate } from "../worker/src/migrate.ts";

/** The committed dump. */
export const SCHEMA_FILE = new URL("../sql/schema.sql", import.meta.url);

/**
 * The schema that the migrations create, as pg_dump prints it. PGlite is PostgreSQL in this process, and its tools include pg_dump, unlike
 * the npm packages of the server.
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
    // Without the two version lines and the two lines with a random key, which differ between runs.
    return (await dump.text()).replace(/^(-- Dumped |\\(un)?restrict ).*\n/gm, "");
  } finally {
    await database.close();
  }
}
