import { EXIT_CODES, type Outcome } from "../../worker/src/outcome.ts";
import type { Queue, Who } from "./queue.ts";
import type { Key } from "./row.ts";
import type { Rules } from "./rules.ts";
import type { ModelSettings } from "./settings.ts";

/** How the work of a request ends. */
export type Work = "succeeds" | "throws" | "finalError";

export interface PodArgs {
  readonly name: string;
  readonly jobName: string;
  readonly node: number;
  readonly session: number;
  readonly settings: ModelSettings & { readonly backoffSeconds: number };
  readonly rules: Rules;
}

/** One pod: worker/src/runJob.ts and runAttempt.ts, a statement a step. */
export class Pod {
  readonly args: PodArgs;
  /** The attempt it works on. */
  key: Key | undefined;
  /** Set when it is about to exit. */
  exitCode: number | undefined;
  /** SIGTERM came, at this time in milliseconds; its Job has counted it as failed. */
  deletedAt: number | undefined;
  /** Whether its connection holds; a broken one is made anew with the next statement. */
  connected = true;
  #outcome: Outcome = "idle";
  #jobFailures = 0;
  #jobFinished = 0;

  constructor(args: PodArgs) {
    this.args = args;
  }

  /** Who it claims as. */
  get who(): Who {
    const { name: podName, jobName, session, settings } = this.args;
    const counts = { jobFailures: this.#jobFailures, jobFinished: this.#jobFinished };
    return { ...settings, ...counts, podName, jobName, session, leaseSeconds: 0 };
  }

  /** Its next statement. */
  step(queue: Queue, work: Work): void {
    if (!this.key) this.#claim(queue);
    else if (this.connected) this.#work(queue, this.key, work);
    else this.keep(queue);
  }

  /** Takes its session lock back where the connection broke, as a worker does at once. */
  keep(queue: Queue): void {
    if (this.connected || !this.key) return;
    this.connected = true;
    if (queue.resume(this.key, 0) === undefined) this.#end("lost");
  }

  #claim(queue: Queue): void {
    if (this.deletedAt !== undefined) {
      this.#end(this.#outcome === "idle" ? "interrupted" : this.#outcome);
      return;
    }
    this.connected = true;
    this.key = queue.claim(this.who);
    const claimed = this.key && queue.rows.get(this.key.request)?.claimed;
    if (claimed) {
      this.#jobFailures = claimed.jobFailures;
      this.#jobFinished = claimed.jobFinished;
      return;
    }
    const finding = queue.settle(this.who);
    const waits = this.args.rules.podsWait && this.#outcome === "idle";
    if (finding === undefined || (finding === "awaited" && !waits)) this.#end(this.#outcome);
  }

  #work(queue: Queue, key: Key, work: Work): void {
    const reason = this.deletedAt === undefined ? "error" : "interrupted";
    const status =
      work === "succeeds" ? queue.succeed(key) : queue.fail(key, reason, work === "finalError" && reason === "error");
    if (status === "SUCCESS") this.#goOn();
    else if (status === undefined) this.#end("lost");
    else if (status === "DEAD") this.#end("dead");
    else this.#end(reason === "error" ? "failed" : "interrupted");
  }

  /** To the next request, unless it was the last that the Job is for. */
  #goOn(): void {
    this.key = undefined;
    this.#outcome = "succeeded";
    this.#jobFinished++;
    if (this.#jobFinished >= this.args.settings.requestsPerJob || this.deletedAt !== undefined) this.#end("succeeded");
  }

  #end(outcome: Outcome): void {
    this.key = undefined;
    this.exitCode = EXIT_CODES[outcome];
  }
}
