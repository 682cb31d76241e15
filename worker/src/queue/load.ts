import type { Database } from "../database.ts";
import type { AttemptKey } from "./attempt.ts";

/** Reads a claimed request's row from its table, as JSON text in which no number is rounded; null when it was deleted. */
export async function load(
  database: Database,
  { kind, request }: Pick<AttemptKey, "kind" | "request">,
): Promise<string | null> {
  const [row] = await database.run<{ request: string | null }>("load", [kind, request]);
  return row?.request ?? null;
}
