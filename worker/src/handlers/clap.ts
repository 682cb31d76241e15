import { setTimeout as sleep } from "node:timers/promises";
import type { Handler, Row } from "../handler.ts";

/** One clap: a wait; its first attempts can be made to fail, to demonstrate retries. */
interface Clap {
  readonly durationSeconds: number;
  /** How many attempts fail before one succeeds. */
  readonly failures: number;
}

/** The longest wait: Node's timers are limited to 24 days, and the table to a week. */
export const WEEK_SECONDS = 604_800;

/** Claps for `duration_seconds`; attempts up to `failures` end in an error. */
export const handler: Handler<Clap> = {
  kind: "clap",

  check(row: Row): Clap {
    return {
      durationSeconds: parseColumn(row, "duration_seconds", 0, WEEK_SECONDS),
      failures: parseColumn(row, "failures", 0, 2 ** 31 - 1),
    };
  },

  async run({ durationSeconds, failures }, { attempt, signal, log }): Promise<void> {
    log.info("clapping", { durationSeconds });
    await sleep(durationSeconds * 1_000, undefined, { signal });
    if (attempt <= failures) throw new Error(`attempt ${attempt} fails, as the request asks for ${failures} failures`);
  },
};

function parseColumn(row: Row, column: string, min: number, max: number): number {
  const value = row[column];
  if (typeof value === "number" && value >= min && value <= max) return value;
  throw new TypeError(`${column} must be a number from ${min} to ${max}; got ${JSON.stringify(value)}`);
}
