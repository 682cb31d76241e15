import type { Log } from "./log.ts";

/** What an attempt's work gets besides its row. */
export interface WorkContext {
  readonly kind: string;
  /** The request's primary key as text: a JavaScript number cannot hold every bigint exactly. */
  readonly requestId: string;
  /** 1 at the first attempt. */
  readonly attempt: number;
  /**
   * Aborts when the work is asked to stop; its `reason` is an InterruptedError (shutdown), a TimedOutError (`timeoutSeconds`), or
   * what ended the worker's ownership (an OwnershipLostError, a DatabaseUnavailableError).
   */
  readonly signal: AbortSignal;
  /** Aborts, after `signal`, when the work's time to stop is over: `run` then terminates the work and resolves. */
  readonly killSignal: AbortSignal;
  /** Every line has the request and the attempt. */
  readonly log: Log;
  /** JSON text of the last checkpoint that an attempt of this request has saved; null when there is none. */
  readonly checkpointJson: string | null;
  /** Reports the work's progress; `total` in the same unit, if known. */
  progress(done: number, total?: number): void;
  /** Saves a JSON value for the next attempt; rejects when this attempt is no longer the current one. */
  saveCheckpoint(value: unknown): Promise<void>;
  /**
   * To be called by work that has ended before it was asked to stop: a stop while its output is written and its files are removed is then
   * not recorded as the reason.
   */
  endedByItself(): void;
  /** Proves to `batch.own()` that a program's own transaction belongs to this attempt. */
  readonly token: string;
}

/**
 * The result of an attempt's work.
 *
 * - `failed`: its own error, counted against `backoffLimit`; `final`: no retry can help
 * - `crashed`: something from outside ended it (out of memory, a signal), counted against `crashLimit`
 * - `interrupted`: it stopped because it was asked to, or was terminated afterwards
 * - `retryLater`: it asks for another attempt after a delay
 */
export type WorkResult =
  | { readonly outcome: "succeeded"; readonly result?: unknown }
  | { readonly outcome: "failed"; readonly message: string; readonly final: boolean }
  | { readonly outcome: "crashed" | "interrupted"; readonly message: string }
  | { readonly outcome: "retryLater"; readonly afterSeconds: number; readonly message: string };

/** The work of a kind: one object per pod, for every request of its Job, one at a time. */
export interface Work {
  /**
   * Does the work of an attempt. Never rejects, and resolves only when nothing of the work is still running, at the latest
   * a second after `context.killSignal` (what cannot be terminated may still run then, see `stuck`).
   */
  run(rowJson: string, context: WorkContext): Promise<WorkResult>;
  /**
   * Whether part of the work could not be terminated, or waits for a disk; the process must then end by SIGKILL, since its exit would wait
   * for it. After `close` a disk that only is slow is none.
   */
  readonly stuck: boolean;
  /** Ends what still runs, and what was prepared for a next request. */
  close(): Promise<void>;
}
