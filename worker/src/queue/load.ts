import type { Database } from "../database.ts";
import type { Row } from "../handler.ts";
import type { AttemptKey } from "./attempt.ts";

/**
 * Reads a claimed request's row from its table; null when it is gone. A number that JavaScript would round (a bigint past 2^53, a
 * long numeric) is given as text, so that no request is taken for another.
 */
export async function load(
  database: Database,
  { kind, request }: Pick<AttemptKey, "kind" | "request">,
): Promise<Row | null> {
  const [row] = await database.run<{ request: string | null }>("load", [kind, request]);
  return JSON.parse(row?.request ?? "null", exactly);
}

function exactly(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || context?.source === undefined) return value;
  return digits(String(value)) === digits(context.source) ? value : context.source;
}

/** The significant digits of a number's text: equal wherever two texts of one size mean the same number. */
function digits(text: string): string {
  return text
    .replace(/e.*$/i, "")
    .replace(/[-.]/g, "")
    .replace(/^0+|0+$/g, "");
}
