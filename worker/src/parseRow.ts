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
  const digits = text.replace(/e.*$/i, "").replace(/[-.]/g, "");
  // Not by a pattern for zeros at the end: it would try every zero of a long number as their start.
  let [start, end] = [0, digits.length];
  while (digits[start] === "0") start++;
  while (end > start && digits[end - 1] === "0") end--;
  return digits.slice(start, end);
}
