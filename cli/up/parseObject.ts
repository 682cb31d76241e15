import { FailedError } from "./failedError.ts";

/** How much of another output a message shows. */
const SHOWN = 300;

/**
 * The JSON object that a program printed.
 *
 * @throws FailedError when it printed something else: a wrapper's warning before it, or a part of it.
 */
export function parseObject(json: string, command: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Reported below.
  }
  throw new FailedError(`${command} must print a JSON object; got ${JSON.stringify(json.trim().slice(0, SHOWN))}`);
}
