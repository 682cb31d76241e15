import { findUnstorable } from "./findUnstorable.ts";

/** The maximum bytes of JSON in a result or checkpoint: it is stored with every attempt; larger data belongs in a table. */
export const MAX_JSON_BYTES = 65_536;

/**
 * A value as JSON text for storage; null when it is undefined.
 *
 * @param what - names the value in messages: `a result`
 * @throws TypeError when it is not JSON; RangeError when it is too large, or PostgreSQL cannot store it
 */
export function toJson(what: string, value: unknown): string | null {
  if (value === undefined) return null;
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    throw new TypeError(`${what} must be JSON; got a value that it cannot represent`, { cause: error });
  }
  if (json === undefined) throw new TypeError(`${what} must be JSON; got a ${typeof value}`);
  const bytes = Buffer.byteLength(json);
  if (bytes > MAX_JSON_BYTES) {
    throw new RangeError(`${what} must be at most ${MAX_JSON_BYTES} bytes of JSON; got ${bytes}`);
  }
  const got = findUnstorable(toCharacters(json));
  if (got !== undefined) throw new RangeError(`${what} must be JSON that PostgreSQL can store; got ${got}`);
  return json;
}

/** The characters that JSON text escapes by their numbers, those that cannot be stored among them; a pair of backslashes escapes itself. */
function toCharacters(json: string): string {
  const escapes = json.matchAll(/\\(?:u([0-9a-f]{4})|.)/g);
  return Array.from(escapes, ([, code]) =>
    code === undefined ? "" : String.fromCharCode(Number.parseInt(code, 16)),
  ).join(" ");
}
