import type pg from "pg";
import type { Log } from "./log.ts";

const ATTACHED = `
  select k.kind, k.requests::text as "table" from batch.kind k join pg_class c on c.oid = k.requests where k.attached order by k.kind`;

const REPLACE = `
  select batch.create_readers(k.kind, k.requests, k.timeout_column) from batch.kind k where k.kind = $1`;

/** The functions that write the readers' text, besides `batch.create_readers` itself. */
const TEXT = ["row_reader", "keys_reader", "reader_parts", "fill_template"];

/** Whether replacing these functions has changed the readers' text. */
export function changesReaders(replaced: readonly string[]): boolean {
  return ["create_readers", ...TEXT].some((name) => replaced.includes(name));
}

/**
 * Writes the readers of all attached tables again (`batch.create_readers`), after their text has changed. Runs in the caller's transaction.
 *
 * A reader that this role may not replace stays as it is: the log names its table, whose owner may attach it again. Where that is necessary,
 * the kind stops, and `problem` says so (`batch.attachment_problem`).
 */
export async function replaceReaders(client: pg.ClientBase, log: Log): Promise<void> {
  const { rows } = await client.query<{ kind: string; table: string }>(ATTACHED);
  for (const { kind, table } of rows) {
    await client.query("savepoint readers");
    try {
      await client.query(REPLACE, [kind]);
    } catch (error) {
      await client.query("rollback to savepoint readers");
      log.warn("the table's readers are the previous version's: attach it again", {
        kind,
        table,
        error: (error as Error).message,
      });
    }
  }
}
