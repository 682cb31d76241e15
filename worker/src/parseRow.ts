import type { Row } from "./handler.ts";

/**
 * Parses a row's JSON text. A number that JavaScript would round (a bigint past 2^53, a long numeric) is kept as text, so that
 * no request is mistaken for another.
 */
export function parseRow(json: string): Row {
  return JSON.parse(json, keepPrecision);
}

function keepPrecision(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || context?.source === undefined) return value;
  return significantDigits(String(value)) === significantDigits(context.source) ? value : context.source;
}

/** The significant digits of a number's text: equal for two texts of the same magnitude if they denote the same number. */
function significantDigits(text: string): string {
  return text
    .replace(/e.*$/i, "")
    .replace(/[-.]/g, "")
    .replace(/^0+|0+$/g, "");
}
