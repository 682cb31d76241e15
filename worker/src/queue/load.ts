import type { Database } from "../database.ts";
import type { Row } from "../handler.ts";
import type { AttemptKey } from "./attempt.ts";

/** Reads a claimed request's row from its table; null when it is gone. */
export async function load(
  database: Database,
  { kind, request }: Pick<AttemptKey, "kind" | "request">,
): Promise<Row | null> {
  const [row] = await database.run<{ request: Row | null }>("load", [kind, request]);
  return row?.request ?? null;
}
