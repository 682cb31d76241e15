import { findUnstorable } from "../findUnstorable.ts";

/** Deeper values overflow the stack of their readers. */
const MAX_DEPTH = 200;

/** PostgreSQL's numeric holds 131,072 digits before the point and 16,383 after it. */
const MAX_EXPONENT = 10_000;
const MAX_DECIMALS = 16_383;

/** PostgreSQL writes numbers without exponents, which makes a few bytes of text thousands; 64 KiB of JavaScript's numbers stay below this. */
const MAX_ZEROS = 4_000_000;

/** Supported by Node; TypeScript's ES2024 library does not declare it yet. */
const { parse, rawJSON } = JSON as unknown as {
  rawJSON(text: string): object;
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
};

/**
 * Parses JSON so that `JSON.stringify` writes every number unchanged: a number that JavaScript would round is kept as text.
 *
 * @throws SyntaxError if the text is not JSON; RangeError if PostgreSQL's `jsonb` cannot hold the value or it exceeds the limits above: its
 *   message says what the text must be.
 */
export function parseJson(text: string): unknown {
  checkDepth(text);
  let zeros = 0;
  return parse(text, (key, value, { source }) => {
    checkText(key);
    if (typeof value === "string") checkText(value);
    if (typeof value !== "number" || source === undefined || String(value) === source) return value;
    const [, decimals = "", exponent = "0"] = /^[^.e]*\.?(\d*)(?:e(.*))?$/i.exec(source) ?? [];
    if (Math.abs(Number(exponent)) > MAX_EXPONENT) {
      throw new RangeError(`must be JSON with exponents from -${MAX_EXPONENT} to ${MAX_EXPONENT}; got ${source}`);
    }
    zeros += Math.abs(Number(exponent));
    if (zeros > MAX_ZEROS) throw new RangeError(`must be JSON with exponents of at most ${MAX_ZEROS} in all; got more`);
    if (decimals.length - Number(exponent) > MAX_DECIMALS) {
      throw notStorable(`a number with more than ${MAX_DECIMALS} digits after the point`);
    }
    return rawJSON(source);
  });
}

/** JSON text from PostgreSQL without its spaces: what was at most 64 KiB when it was saved must not be too large when it is read again. */
export function compactJson(text: string): string {
  try {
    return JSON.stringify(parseJson(text));
  } catch {
    // A program may have saved what these limits refuse (batch.checkpoint).
    return text;
  }
}

function notStorable(got: string): RangeError {
  return new RangeError(`must be JSON that PostgreSQL can store; got ${got}`);
}

function checkText(text: string): void {
  const got = findUnstorable(text);
  if (got !== undefined) throw notStorable(got);
}

/**
 * Counts brackets outside strings before `parse` runs, whose reviver is recursive. A string without an end, as in a file that is being
 * written, counts as one: otherwise each of its escaped quotes would be searched for an end, which blocks the runner for seconds.
 */
function checkDepth(text: string): void {
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[[{\]}]/gs)) {
    if (token === "[" || token === "{") depth++;
    else if (token === "]" || token === "}") depth--;
    if (depth > MAX_DEPTH) throw new RangeError(`must be JSON nested at most ${MAX_DEPTH} levels deep; got more`);
  }
}
