import { EXIT_CODES } from "../../worker/src/outcome.ts";
import type { Queue } from "./queue.ts";
import type { ClaimParams, Key } from "./row.ts";
import type { Rules } from "./rules.ts";
import type { ModelSettings } from "./settings.ts";

/** How the work of a request ends; after `succeedsAlone` the next request is claimed by a separate statement, as after an error. */
export type Work = "succeeds" | "succeedsAlone" | "throws" | "finalError" | "defers";

/** How long a pod waits before it takes over from a predecessor that has not announced its stop: worker/src/runJob.ts. */
const TAKEOVER_MS = 6_000;

const DEFER_SECONDS = 60;

export interface PodArgs {
  readonly name: string;
  readonly jobName: string;
  readonly node: number;
  readonly session: number;
  readonly settings: ModelSettings & { readonly backoffSeconds: number };
  readonly rules: Rules;
}

/** One pod: worker/src/runJob.ts and runAttempt.ts, one statement per step. */
export class Pod {
  readonly args: PodArgs;
  /** The attempt it works on. */
  key: Key | undefined;
  /** When the attempt began, in milliseconds. */
  claimedAt = 0;
  /** Set when it is about to exit. */
  exitCode: number | undefined;
  /** When SIGTERM was sent, in milliseconds; its Job has counted it as failed. */
  deletedAt: number | undefined;
  /** Its process is suspended, and Kubernetes does not notice. */
  stopped = false;
  /** Whether it has sent a statement. */
  arrived = false;
  #jobFinished = 0;
  #hasClaimed = false;
  /** Whether it has tried to claim since its last request. */
  #claiming = false;
  /** The session that holds its Job's request, and when this pod first saw that, in milliseconds. */
  #predecessor: { readonly session: number; readonly seenAt: number } | undefined;

  constructor(args: PodArgs) {
    this.args = args;
  }

  /** Whether it has claimed no request so far. */
  get idle(): boolean {
    return !this.#hasClaimed;
  }

  /** Its next statement. */
  step(queue: Queue, work: Work): void {
    this.arrived = true;
    if (!this.key) this.#claim(queue);
    else if (queue.locks.has(this.args.session)) this.#work(queue, this.key, work);
    else this.keep(queue);
  }

  /** Re-acquires its session lock if the connection broke, as a worker does at once. */
  keep(queue: Queue): void {
    if (this.key && !queue.locks.has(this.args.session) && queue.renew(this.key, 0) === undefined) this.#end("lost");
  }

  /** SIGSTOP, or its machine hangs: its connection stays open. */
  stop(): void {
    if (this.key) this.stopped = true;
  }

  /** SIGTERM: the worker announces how long it may still take. */
  announceStop(queue: Queue, graceSeconds: number): void {
    if (this.key && queue.locks.has(this.args.session)) queue.announceStop(this.key, graceSeconds);
  }

  #claim(queue: Queue): void {
    if (this.deletedAt !== undefined) {
      this.#end(this.idle ? "interrupted" : "succeeded");
      return;
    }
    const { rules } = this.args;
    const params = this.#claimParams(!this.#claiming && (rules.claimsCounted === "every" || this.idle));
    this.#claiming = true;
    this.#begin(queue, queue.claim(params));
    if (this.key) return;
    const miss = queue.reclaim(params, this.idle);
    if (miss === undefined || (miss.finding === "reserved" && !(rules.podsWait && this.idle))) this.#end("succeeded");
    else if (this.idle && miss.holder !== null) {
      if (this.#predecessor?.session !== miss.holder) this.#predecessor = { session: miss.holder, seenAt: queue.now };
      if (queue.now - this.#predecessor.seenAt >= TAKEOVER_MS) queue.takeOver(params, miss.holder);
    }
  }

  #claimParams(arriving: boolean): ClaimParams {
    const { name: podName, jobName, session, settings } = this.args;
    return { ...settings, podName, jobName, session, leaseSeconds: 0, jobFinished: this.#jobFinished, arriving };
  }

  /** Starts to work on a request if it has claimed one. */
  #begin(queue: Queue, key: Key | undefined): void {
    this.key = key;
    if (!key) return;
    this.#jobFinished = queue.rows.get(key.request)?.claimedWith?.jobFinished ?? 0;
    this.#claiming = false;
    this.#hasClaimed = true;
    this.claimedAt = queue.now;
  }

  #work(queue: Queue, key: Key, work: Work): void {
    const interrupted = this.deletedAt !== undefined;
    if (work === "succeeds" && !interrupted && this.#jobFinished + 1 < this.args.settings.requestsPerJob) {
      this.#succeedAndClaim(queue, key);
      return;
    }
    if (work === "defers" && !interrupted) {
      const status = queue.defer(key, DEFER_SECONDS);
      const failed = status === "DEAD" && this.args.rules.deadDeferral === "fails";
      this.#end(status === undefined ? "lost" : failed ? "dead" : "succeeded");
      return;
    }
    const reason = interrupted ? "interrupted" : "error";
    const succeeds = work === "succeeds" || work === "succeedsAlone";
    const status = succeeds ? queue.succeed(key) : queue.fail(key, reason, work === "finalError" && reason === "error");
    if (status === "SUCCESS") this.#continue();
    else if (status === undefined) this.#end("lost");
    else if (status === "DEAD") this.#end("dead");
    else this.#end(reason === "error" ? "failed" : "interrupted");
  }

  #succeedAndClaim(queue: Queue, key: Key): void {
    const recorded = queue.succeedAndClaim(key, { ...this.#claimParams(true), jobFinished: this.#jobFinished + 1 });
    if (recorded) {
      this.#jobFinished++;
      this.#begin(queue, recorded.next);
    } else this.#end("lost");
  }

  /** Continues with the next request, unless the Job has finished its last. */
  #continue(): void {
    this.key = undefined;
    this.#jobFinished++;
    if (this.#jobFinished >= this.args.settings.requestsPerJob || this.deletedAt !== undefined) this.#end("succeeded");
  }

  #end(outcome: keyof typeof EXIT_CODES): void {
    this.key = undefined;
    this.exitCode = EXIT_CODES[outcome];
  }
}
