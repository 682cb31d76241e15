import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "./database.ts";
import { DatabaseUnavailableError, OwnershipLostError } from "./errors.ts";
import type { Log } from "./log.ts";
import type { AttemptKey } from "./queue/attempt.ts";
import { type Report, report } from "./queue/report.ts";
import { toJson } from "./toJson.ts";

/** The minimum time between two writes for one attempt; work may report as often as it likes. */
const WRITE_INTERVAL_MS = 1_000;

/** The pause between two writes once the work has ended, while a transaction that the program left open locks the attempt. */
const LOCKED_PAUSE_MS = 250;

/** What to write, and the callers that wait for it. */
interface Pending extends Report {
  readonly saved: PromiseWithResolvers<void>;
}

/** Writes an attempt's progress and checkpoints, at most once a second; if several are pending, the latest is written. */
export class AttemptReporter {
  readonly #database: Database;
  readonly #key: AttemptKey;
  readonly #log: Log;
  readonly #onLost: (error: unknown) => void;
  #pending: Pending | undefined;
  #writing: Promise<void> | undefined;
  readonly #close = new AbortController();
  #warned = false;
  /** Whether it was logged that progress cannot be written: once, until it can be. */
  #failing = false;

  /** @param onLost - called when the attempt turns out to be no longer this worker's */
  constructor(database: Database, key: AttemptKey, log: Log, onLost: (error: unknown) => void) {
    this.#database = database;
    this.#key = key;
    this.#log = log;
    this.#onLost = onLost;
  }

  /** Schedules a write of the work's progress. */
  progress(done: number, total?: number): void {
    if (!isAmount(done) || !(total === undefined || isAmount(total))) {
      // Once: a loop may report as often as it likes.
      if (!this.#warned)
        this.#log.warn("progress must be numbers of 0 or more", { done: String(done), total: String(total) });
      this.#warned = true;
      return;
    }
    if (!this.#close.signal.aborted) this.#add({ progress: { done, ...(total !== undefined && { total }) } });
  }

  /**
   * Saves a JSON value; resolves when it, or a later one, is stored. Not an async function, which would keep the value until then. The
   * values that one write replaces or stores share a promise.
   *
   * @throws TypeError or RangeError as `toJson` does; Error when the attempt has ended; the database's error
   */
  saveCheckpoint(value: unknown): Promise<void> {
    try {
      const checkpoint = toJson("a checkpoint", value) ?? "null";
      if (this.#close.signal.aborted) throw new Error("cannot save a checkpoint: the attempt has ended");
      return this.#add({ checkpoint });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Writes pending reports immediately, and then no more. Never rejects: the caller of `saveCheckpoint` gets the error. */
  async close(): Promise<void> {
    this.#close.abort();
    await this.#writing;
  }

  /** Returns the promise that all callers share until the next write: one for each would fill the memory during an outage. */
  #add(news: Report): Promise<void> {
    const saved = this.#pending?.saved ?? createSaved();
    this.#pending = { ...this.#pending, ...news, saved };
    this.#writing ??= this.#writeAll();
    return saved.promise;
  }

  async #writeAll(): Promise<void> {
    while (this.#pending) {
      const { saved, ...news } = this.#pending;
      this.#pending = undefined;
      const recorded = await report(this.#database, this.#key, news).catch((error: unknown) => {
        saved.reject(error);
        this.#failed(news, error);
      });
      if (recorded === true) {
        saved.resolve();
        this.#failing = false;
      }
      if (recorded === false) this.#restore({ ...news, saved });
      const pause = sleep(WRITE_INTERVAL_MS, undefined, { signal: this.#close.signal });
      await pause.catch(() => (recorded === false ? sleep(LOCKED_PAUSE_MS) : undefined));
    }
    this.#writing = undefined;
  }

  #failed({ progress, checkpoint }: Report, error: unknown): void {
    if (error instanceof OwnershipLostError) this.#onLost(error);
    else if (checkpoint === undefined) {
      if (!this.#failing) this.#log.warn("cannot write progress", { error });
      this.#failing = true;
    } else if (progress !== undefined && !(error instanceof DatabaseUnavailableError)) {
      // PostgreSQL may refuse the checkpoint, and its caller gets the error: the progress is written without it.
      this.#pending = { progress, saved: createSaved(), ...this.#pending };
    }
  }

  /** Puts what could not be written yet back among the pending reports, where later values take precedence. */
  #restore(news: Pending): void {
    const later = this.#pending;
    this.#pending = { ...news, ...later, saved: news.saved };
    if (later) news.saved.promise.then(later.saved.resolve, later.saved.reject);
  }
}

function createSaved(): PromiseWithResolvers<void> {
  const saved = Promise.withResolvers<void>();
  // Nobody may wait for it.
  saved.promise.catch(() => undefined);
  return saved;
}

/** Whether a value can be a part of the progress. */
export function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
