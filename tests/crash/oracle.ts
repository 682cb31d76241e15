import type { EndStatus, Reason } from "../../worker/src/queue/attempt.ts";
import { DEFAULT_LIMITS, getLimitName, type RetryLimits } from "../../worker/src/retryLimits.ts";
import { getAction, type HandlerAction } from "./handler.ts";
import type { Scenario } from "./scenarios.ts";
import type { Taken } from "./steps.ts";

/** A guarantee that did not hold. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** A row of `batch.history`. */
export interface HistoryLine {
  readonly request_id: string;
  readonly attempt: number;
  readonly status: EndStatus;
  readonly reason: Reason | null;
  readonly job_name: string;
  readonly pod_name: string;
}

/** The retry counters in a row of `batch.queue`. */
export interface QueueLine {
  readonly request_id: string;
  readonly running: boolean;
  readonly attempt: number;
  readonly errors: number;
  readonly crashes: number;
  readonly interruptions: number;
}

type OpenAttempt = Pick<HistoryLine, "request_id" | "attempt" | "job_name" | "pod_name">;

/** Claims without success after which a pod counts as stuck: there is no live worker that it could wait for. */
const MAX_WAITS = 4;

const ENDS: Readonly<Record<HandlerAction, Reason | null>> = {
  succeed: null,
  "save, then succeed": null,
  "renew, then succeed": null,
  throw: "error",
  "throw a PermanentError": "error",
  "be stopped": "interrupted",
};

/**
 * Derives what must be stored from what happened to the pods: an attempt is opened by a committed claim, and closed by a
 * committed finish or by its pod's death. Knows only the statements' names, values and answers.
 */
export class Oracle {
  readonly #scenario: Scenario;
  readonly #closed = new Map<string, HistoryLine[]>();
  readonly #open = new Map<string, OpenAttempt>();
  readonly #stopped = new Set<string>();
  readonly #waits = new Map<string, number>();
  #first: Violation | undefined;

  constructor(scenario: Scenario, requests: readonly string[]) {
    this.#scenario = scenario;
    for (const request of requests) this.#closed.set(request, []);
  }

  /** The request that the pod works on. */
  getRequest(podName: string): string | undefined {
    return [...this.#open.values()].find((attempt) => attempt.pod_name === podName)?.request_id;
  }

  /** A pod was asked to stop. */
  stopped(podName: string): void {
    this.#stopped.add(podName);
  }

  /** A pod has died, or is presumed dead. */
  crashed(podName: string): void {
    const attempt = this.#open.get(this.getRequest(podName) ?? "");
    if (attempt) this.#close(attempt, "crashed", false);
  }

  /** A pod has taken a step: its statement is committed. */
  taken(jobName: string, podName: string, { step, values = [], rows = [] }: Taken): void {
    const [row] = rows;
    if (row === undefined) return;
    if (step === "claim") this.#claimed(row.request_id, row.attempt, jobName, podName);
    if (step === "report" && this.#open.get(String(values[2]))?.pod_name !== podName) {
      this.fail(`${podName} saved a checkpoint of request ${values[2]}, which was not its own`);
    }
    if (step === "reclaim" && row.finding !== "reclaimed") this.#waited(podName, row.finding);
    if (step === "succeed" || step === "succeed_and_claim") {
      this.#ended(podName, String(values[2]), null, false, row.status);
      if (row.request_id != null) this.#claimed(row.request_id, row.attempt, jobName, podName);
    }
    if (step === "fail") this.#ended(podName, String(values[2]), values[5] as Reason, values[7] === true, row.status);
  }

  /** Throws a Violation, and remembers the first. */
  fail(what: string): never {
    this.#first ??= new Violation(what);
    throw this.#first;
  }

  /** Throws the first Violation, if any. */
  check(): void {
    if (this.#first) throw this.#first;
  }

  /** Compares the queue with what happened so far, while no worker is running. */
  checkQueue(lines: readonly QueueLine[]): void {
    this.check();
    const stored = new Map(lines.map((line) => [line.request_id, line]));
    for (const [request, closed] of this.#closed) {
      const line = stored.get(request);
      const over = closed.some(({ status }) => status !== "FAILED");
      if (line === undefined) {
        if (!over) this.fail(`request ${request} is lost: not in the queue, after ${closed.length} attempts`);
        continue;
      }
      // A dead pod's attempt is ended by the next poll or claim.
      const settled = line.running ? closed.slice(0, -1) : closed;
      if (line.running ? closed.at(-1)?.reason !== "crashed" : over) this.fail(`request ${request} is still queued`);
      const count = (reason: Reason) => settled.filter((attempt) => attempt.reason === reason).length;
      const expected = [closed.length, count("error"), count("crashed"), count("interrupted")].join();
      const actual = [line.attempt, line.errors, line.crashes, line.interruptions].join();
      if (expected !== actual) {
        this.fail(`attempt, errors, crashes, interruptions of ${request} must be ${expected}; got ${actual}`);
      }
    }
  }

  /** Compares the history with everything that happened. */
  checkHistory(lines: readonly HistoryLine[]): void {
    this.check();
    const written = (line: HistoryLine) =>
      [line.request_id, line.attempt, line.status, line.reason, line.job_name, line.pod_name].join(" ");
    const expected = [...this.#closed.values()].flat().map(written).join("\n");
    const actual = lines.map(written).join("\n");
    if (expected !== actual) this.fail(`the history must be\n${expected}\n; got\n${actual}`);
  }

  #claimed(request: string, attempt: number, jobName: string, podName: string): void {
    const closed = this.#closed.get(request);
    if (!closed) this.fail(`request ${request} has ended, and ${podName} got it`);
    const open = this.#open.get(request);
    const by = { request_id: request, job_name: jobName, pod_name: podName };
    const expected = closed.length + 1;
    if (open && open.pod_name !== podName) this.fail(`${podName} got ${open.pod_name}'s request ${request}`);
    if (closed.some(({ status }) => status !== "FAILED")) this.fail(`${podName} got request ${request}, which is over`);
    if (attempt !== expected) this.fail(`the attempt of request ${request} must be ${expected}; got ${attempt}`);
    this.#open.set(request, { ...by, attempt });
  }

  #waited(podName: string, finding: string): void {
    const waits = (this.#waits.get(podName) ?? 0) + 1;
    this.#waits.set(podName, waits);
    if (waits > MAX_WAITS) this.fail(`${podName} must find what the dead left; got ${finding} ${waits} times`);
  }

  #ended(podName: string, request: string, reason: Reason | null, final: boolean, status: unknown): void {
    const open = this.#open.get(request);
    if (open === undefined && this.#endedBefore(podName, request, reason, status)) return;
    if (open?.pod_name !== podName) this.fail(`${podName} ended request ${request}, which was not its own`);
    const act = getAction(this.#scenario.actions, open.attempt);
    const asked = reason === "interrupted" && this.#stopped.has(podName);
    if (reason !== ENDS[act] && !asked) this.fail(`${podName} recorded ${reason} for an attempt to ${act}`);
    const expected = this.#close(open, reason, final);
    if (expected !== status) this.fail(`${podName} must get ${expected} for request ${request}; got ${status}`);
  }

  /** Whether the pod has already recorded this end, and repeats it because the answer was lost. */
  #endedBefore(podName: string, request: string, reason: Reason | null, status: unknown): boolean {
    const last = this.#closed.get(request)?.at(-1);
    return last?.pod_name === podName && last.reason === reason && last.status === status;
  }

  #close(attempt: OpenAttempt, reason: Reason | null, final: boolean): EndStatus {
    const closed = this.#closed.get(attempt.request_id) ?? [];
    const before = closed.filter((line) => line.reason === reason).length;
    const { backoffLimit, crashLimit } = this.#scenario;
    const limits: RetryLimits = { ...DEFAULT_LIMITS, backoffLimit, crashLimit };
    const dead = reason !== null && (final || before >= limits[getLimitName(reason)]);
    const status = reason === null ? "SUCCESS" : dead ? "DEAD" : "FAILED";
    closed.push({ ...attempt, status, reason });
    this.#open.delete(attempt.request_id);
    return status;
  }
}
