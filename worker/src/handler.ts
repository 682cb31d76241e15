import type { Log } from "./log.ts";
import type { WorkContext } from "./work.ts";

/**
 * A row of an attached table, as JSON: numbers, strings (including dates, bytes, and numbers that JavaScript would round),
 * booleans, null; arrays and objects for columns of arrays, composite types and JSON.
 */
export type Row = Readonly<Record<string, unknown>>;

/** What a handler may use besides its request. */
export interface HandlerContext extends Pick<WorkContext, "progress"> {
  /** The request's primary key: the same for every attempt; use it to make work idempotent. */
  readonly id: string;
  /** 1 at the first attempt. */
  readonly attempt: number;
  /**
   * Aborts when the work must stop; its `reason` says why. Work that throws after that is not counted against `backoffLimit`,
   * except after a timeout or with a `PermanentError`; work that returns has succeeded.
   */
  readonly signal: AbortSignal;
  /** Writes JSON lines with the request, the attempt and the Job. */
  readonly log: Log;
  /** The last value that an attempt of this request saved with `checkpoint`; null if there is none. */
  readonly lastCheckpoint: unknown;
  /**
   * Saves a JSON value of at most 64 KiB for the next attempt, within a second. Resolves when it, or a later one, is stored;
   * rejects when it cannot be stored, or when the attempt is no longer this worker's.
   */
  checkpoint(value: unknown): Promise<void>;
}

/** The work of one kind. A file of `handlers/`, named after its kind, exports it as `handler`. */
export interface Handler<Request = unknown> {
  /** The name under which `batch.attach()` attached the table. */
  readonly kind: string;
  /** Validates a row and converts it into a request. An error is final: the request is DEAD at once, since no retry can help. */
  check(row: Row): Request | Promise<Request>;
  /**
   * Does the work, in a thread that ends with it. An error fails the attempt: the request is retried, or DEAD at once for a `PermanentError`.
   * The return value must be JSON, or nothing.
   */
  run(request: Request, context: HandlerContext): Promise<unknown>;
}
