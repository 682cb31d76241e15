import type { Database } from "./database.ts";
import type { Log } from "./log.ts";
import type { Claim } from "./queue/claim.ts";
import { type Report, report } from "./queue/report.ts";
import type { WorkContext } from "./work.ts";

/** The shortest time between two writes of one attempt's progress or checkpoint. */
const WRITE_PAUSE_MS = 1_000;

/** The most bytes of JSON that a checkpoint may have: it is written with every attempt. */
export const MAX_JSON_BYTES = 65_536;

/** What an attempt reports while it works: at most one write a second, and the last one before the attempt ends. */
export class AttemptReporter implements Pick<WorkContext, "checkpoint" | "progress" | "saveCheckpoint" | "token"> {
  readonly checkpoint: unknown;
  readonly token: string;
  readonly #database: Database;
  readonly #claim: Claim;
  readonly #log: Log;
  #unsaved: { progress?: Report["progress"]; checkpoint?: string } = {};
  #writing: Promise<void> | undefined;
  #wroteAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(database: Database, claim: Claim, log: Log) {
    this.checkpoint = claim.checkpoint === null ? null : JSON.parse(claim.checkpoint);
    this.token = claim.token;
    this.#database = database;
    this.#claim = claim;
    this.#log = log;
  }

  progress = (done: number, total?: number): void => {
    this.#unsaved.progress = { done, ...(total === undefined ? {} : { total }) };
    this.#timer ??= setTimeout(() => this.#writeInBackground(), this.#pause());
  };

  saveCheckpoint = async (value: unknown): Promise<void> => {
    const json = JSON.stringify(value) ?? "null";
    const bytes = Buffer.byteLength(json);
    if (bytes > MAX_JSON_BYTES) {
      throw new RangeError(
        `a checkpoint must be at most ${MAX_JSON_BYTES} bytes of JSON (it is written with every attempt); got ${bytes}`,
      );
    }
    this.#unsaved.checkpoint = json;
    await new Promise((resolve) => setTimeout(resolve, this.#pause()));
    await this.flush();
  };

  /** Writes what has not been written; what cannot be is thrown: the attempt may be another worker's. */
  flush = async (): Promise<void> => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#writing?.catch(() => undefined);
    const { progress, checkpoint } = this.#unsaved;
    if (progress === undefined && checkpoint === undefined) return;
    this.#unsaved = {};
    this.#wroteAt = performance.now();
    this.#writing = report(this.#database, this.#claim, {
      ...(progress === undefined ? {} : { progress }),
      ...(checkpoint === undefined ? {} : { checkpoint }),
    });
    await this.#writing;
  };

  #pause(): number {
    return Math.max(0, this.#wroteAt + WRITE_PAUSE_MS - performance.now());
  }

  #writeInBackground(): void {
    // The work is not disturbed by it: that its attempt is lost is noticed by ownership.ts, too.
    this.flush().catch((error: Error) => this.#log.warn("progress was not recorded", { error: error.message }));
  }
}
