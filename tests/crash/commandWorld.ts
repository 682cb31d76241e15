import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import type { MigrationFiles } from "../../worker/src/migrationFiles.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

/** An attempt of a request in `batch.attempt`. */
export interface CommandAttempt {
  readonly attempt: number;
  readonly status: string;
  readonly reason: string | null;
  readonly result: unknown;
}

/** A database whose requests commands work on, one after another. */
export class CommandWorld {
  readonly env: NodeJS.ProcessEnv;
  readonly #database: TestDatabase;

  private constructor(database: TestDatabase) {
    const { PG_HOST, PG_PORT, PG_DATABASE, PG_USERNAME } = database.env;
    this.#database = database;
    this.env = {
      ...database.env,
      KIND: "page",
      COMMAND_ENV_PGHOST: PG_HOST,
      COMMAND_ENV_PGPORT: PG_PORT,
      COMMAND_ENV_PGDATABASE: PG_DATABASE,
      COMMAND_ENV_PGUSER: PG_USERNAME,
    };
  }

  /** @default files - the project's own */
  static async create(files?: MigrationFiles): Promise<CommandWorld> {
    const database = await createTestDatabase(files ? "template0" : undefined);
    if (files) await migrate(database.client, noopLog, files);
    await database.query(`create table pages (id bigint generated always as identity primary key)`);
    // No constraint: duplicate effects must be visible.
    await database.query("create table effects (request_id bigint, effect integer, attempt integer)");
    await database.query("select batch.attach('pages', 'page')");
    return new CommandWorld(database);
  }

  /** Inserts a request; returns its id. */
  async insert(): Promise<string> {
    const [row] = await this.#database.query<{ id: string }>("insert into pages default values returning id");
    return row?.id ?? "";
  }

  async isUnfinished(request: string): Promise<boolean> {
    return (await this.#database.query("select from batch.queue where request_id = $1", [request])).length > 0;
  }

  async attempts(request: string): Promise<CommandAttempt[]> {
    return await this.#database.query<CommandAttempt>(
      "select attempt, status, reason, result from batch.attempt where kind = 'page' and request_id = $1 order by attempt",
      [request],
    );
  }

  /** The effects that were committed, in order. */
  async effects(request: string): Promise<{ readonly effect: number; readonly attempt: number }[]> {
    return await this.#database.query(
      "select effect, attempt from effects where request_id = $1 order by effect, attempt",
      [request],
    );
  }

  /** Removes everything before the next run. */
  async clear(): Promise<void> {
    await this.#database.query("delete from pages; delete from batch.queue; delete from batch.job");
  }
}
