import { existsSync, readdirSync } from "node:fs";
import { SettingsError } from "./errors.ts";
import type { Log } from "./log.ts";

/**
 * A row of an attached table, as JSON: numbers, strings (dates and bytes among them, and numbers that JavaScript would round),
 * booleans, null.
 */
export type Row = Readonly<Record<string, unknown>>;

/** What a handler may use besides its request. */
export interface HandlerContext {
  /** The request's primary key: the same at every attempt, so the key to make work idempotent by. */
  readonly id: string;
  /** 1 at the first attempt. */
  readonly attempt: number;
  /** Aborts when the worker must stop; its `reason` says why. Work that throws then in time is not charged; work that returns is done. */
  readonly signal: AbortSignal;
  /** JSON lines that carry the request, the attempt and the Job. */
  readonly log: Log;
}

/** The work of one kind. A file of `handlers/`, named after its kind, exports it as `handler`. */
export interface Handler<Request = unknown> {
  /** The name under which `batch.attach()` attached the table. */
  readonly kind: string;
  /** Makes a request of a row. What it throws is final: a wrong row is DEAD at once, since no retry mends it. */
  check(row: Row): Request;
  /** Does the work. What it throws fails the attempt: retried, or DEAD at once for a `FinalError`. */
  run(request: Request, context: HandlerContext): Promise<void>;
}

const HANDLERS = new URL("./handlers/", import.meta.url);

/**
 * Loads the handler of a kind.
 *
 * @throws SettingsError when `handlers/` has no file for it, or the file does not export the kind's handler.
 */
export async function loadHandler(kind: string): Promise<Handler> {
  const file = new URL(`${kind}.ts`, HANDLERS);
  if (!existsSync(file)) {
    const kinds = readdirSync(HANDLERS)
      .filter((name) => /^[a-z0-9_]+\.ts$/.test(name))
      .map((name) => name.slice(0, -".ts".length));
    throw new SettingsError([`KIND must be ${kinds.join(" or ")} (the files of worker/src/handlers); got "${kind}"`]);
  }
  const { handler } = (await import(file.href)) as { handler?: Handler };
  if (handler?.kind !== kind) {
    const got = handler === undefined ? "no such export" : `one of kind ${JSON.stringify(handler.kind)}`;
    throw new SettingsError([`worker/src/handlers/${kind}.ts must export a handler of kind "${kind}"; got ${got}`]);
  }
  return handler;
}
