/** The maximum bytes of JSON in a result or checkpoint: it is stored with every attempt; larger data belongs in a table. */
export const MAX_JSON_BYTES = 65_536;

/**
 * A value as JSON text for storage; null when it is undefined.
 *
 * @param what - names the value in messages: `a result`
 * @throws TypeError when it is not JSON; RangeError when it is too large
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
  if (bytes <= MAX_JSON_BYTES) return json;
  throw new RangeError(`${what} must be at most ${MAX_JSON_BYTES} bytes of JSON; got ${bytes}`);
}
