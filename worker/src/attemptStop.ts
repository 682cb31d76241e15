import { TimedOutError } from "./errors.ts";
import type { Shutdown } from "./shutdown.ts";

/** How long the work may continue after its timeout, to clean up. */
const TIMEOUT_GRACE_MS = 1_000;

/** How long the work may continue when its attempt is no longer this worker's. */
const OWNERSHIP_LOST_GRACE_MS = 5_000;

const NEVER = new AbortController().signal;

/** When and why an attempt's work must stop: a shutdown, its timeout, or lost ownership. */
export class AttemptStop {
  readonly #stop = new AbortController();
  readonly #kill = new AbortController();
  readonly #shutdown: Shutdown;
  #timeout: NodeJS.Timeout | undefined;
  #killTimer: NodeJS.Timeout | undefined;
  #endedByItself = false;
  #ownershipEnd: { readonly error: unknown } | undefined;

  readonly #interrupt = () => this.#stop.abort(this.#shutdown.signal.reason);
  readonly #killAtDeadline = () => this.#kill.abort("had not stopped before the grace period ended");

  constructor(shutdown: Shutdown) {
    this.#shutdown = shutdown;
    shutdown.signal.addEventListener("abort", this.#interrupt);
    shutdown.deadline.addEventListener("abort", this.#killAtDeadline);
    if (shutdown.signal.aborted) this.#interrupt();
    if (shutdown.deadline.aborted) this.#killAtDeadline();
  }

  /** Aborts when the work is asked to stop, with the first reason. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Aborts when the work must be terminated; its reason completes the sentence "asked to stop by SIGTERM, and ...". */
  get killSignal(): AbortSignal {
    return this.#kill.signal;
  }

  /** The signals that may be why the work has ended: none if it did so by itself. */
  get reasons(): Pick<AttemptStop, "signal" | "killSignal"> {
    return this.#endedByItself ? { signal: NEVER, killSignal: NEVER } : this;
  }

  /** See `WorkContext`. */
  endByItself(): void {
    this.#endedByItself = true;
  }

  /** Starts the timeout; 0 means no limit. */
  startTimeout(seconds: number): void {
    if (seconds === 0) return;
    this.#timeout = setTimeout(() => {
      const error = new TimedOutError(seconds);
      const late = this.#stop.signal.aborted ? `${error.message} before it had stopped` : "had not stopped 1 s later";
      this.#stop.abort(error);
      this.#killAfter(TIMEOUT_GRACE_MS, late);
    }, 1_000 * seconds);
  }

  /** Stops the work because the worker can no longer keep the attempt. */
  loseOwnership(error: unknown): void {
    this.#ownershipEnd ??= { error };
    this.#stop.abort(error);
    this.#killAfter(OWNERSHIP_LOST_GRACE_MS, "had not stopped 5 s later");
  }

  /** @throws what `loseOwnership` was called with, if it was */
  throwIfNotOwned(): void {
    if (this.#ownershipEnd) throw this.#ownershipEnd.error;
  }

  /**
   * To be called when the work has ended, which nothing then stops any more. Stops the timers, and removes the listeners on the shutdown, which
   * all attempts share.
   */
  close(): void {
    clearTimeout(this.#timeout);
    clearTimeout(this.#killTimer);
    this.#shutdown.signal.removeEventListener("abort", this.#interrupt);
    this.#shutdown.deadline.removeEventListener("abort", this.#killAtDeadline);
  }

  #killAfter(ms: number, reason: string): void {
    this.#killTimer ??= setTimeout(() => this.#kill.abort(reason), ms);
  }
}
