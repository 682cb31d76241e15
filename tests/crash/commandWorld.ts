import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import type { MigrationFiles } from "../../worker/src/migrationFiles.ts";
import { createTestDatabase } from "../support/database.ts";

export type CommandWorld = Awaited<ReturnType<typeof createCommandWorld>>;

/**
 * Creates a database whose requests commands work on, one after another.
 *
 * @default files - the project's own
 */
export async function createCommandWorld(files?: MigrationFiles) {
  const { client, query, env } = await createTestDatabase(files ? "template0" : undefined);
  if (files) await migrate(client, noopLog, files);
  await query("create table pages (id bigint generated always as identity primary key)");
  // No constraint: duplicate effects must be visible.
  await query("create table effects (request_id bigint, effect integer, attempt integer)");
  await query("select batch.attach('pages', 'page')");
  return {
    env: {
      ...env,
      KIND: "page",
      COMMAND_ENV_PGHOST: env.PG_HOST,
      COMMAND_ENV_PGPORT: env.PG_PORT,
      COMMAND_ENV_PGDATABASE: env.PG_DATABASE,
      COMMAND_ENV_PGUSER: env.PG_USERNAME,
    },
    /** Inserts a request; resolves with its id. */
    async insert(): Promise<string> {
      const [row] = await query<{ id: string }>("insert into pages default values returning id");
      return row?.id ?? "";
    },
    async isUnfinished(request: string): Promise<boolean> {
      return (await query("select from batch.queue where request_id = $1", [request])).length > 0;
    },
    attempts: (request: string) =>
      query<{ attempt: number; status: string; reason: string | null; result: unknown }>(
        "select attempt, status, reason, result from batch.attempt where kind = 'page' and request_id = $1 order by attempt",
        [request],
      ),
    /** The effects that were committed, in order. */
    effects: (request: string) =>
      query<{ effect: number; attempt: number }>(
        "select effect, attempt from effects where request_id = $1 order by effect, attempt",
        [request],
      ),
    /** Removes everything before the next run. */
    clear: () => query("delete from pages; delete from batch.queue; delete from batch.job"),
  };
}
