import { createJob, isUnfinished, type JobState, podEnded, podStarted } from "../../simulator/jobController.ts";
import { EXIT_KILLED } from "../../worker/src/outcome.ts";
import type { CrashDatabase } from "./crashDatabase.ts";
import { Oracle, Violation } from "./oracle.ts";
import type { PodArgs, PodEnd, RunPod } from "./pod.ts";
import type { Scenario } from "./scenarios.ts";
import type { Fault, StepId } from "./steps.ts";

/** A step of a run's `pod`th pod, from 0. */
export interface RunStep extends StepId {
  readonly pod: number;
}

export function isAt(step: RunStep, { pod, step: name, nth }: RunStep): boolean {
  return step.pod === pod && step.step === name && step.nth === nth;
}

/** A fault and its place in a run. */
export interface Point extends RunStep, Pick<Fault, "kind"> {}

/** The pod after a killed one: its Job's next pod, or another Job's pod if its own Job was deleted. */
export const NEXT_PODS = ["the Job's next pod", "another Job's", "another Job's, after one more poll"] as const;

/** The scenario of a run, and its faults. */
export interface RunArgs {
  readonly scenario: Scenario;
  readonly points: readonly Point[];
  readonly successor: (typeof NEXT_PODS)[number];
  /** When a sleeping pod wakes: while its successor works on its request, or after everything has ended. */
  readonly wakes?: "during" | "after";
}

/** The run did not reach a place where a fault was planned, so it proves nothing. */
export class FaultNotReachedError extends Error {
  override readonly name = "FaultNotReachedError";
}

/** Pods after which a run must have ended. */
const MAX_PODS = 12;

/**
 * Runs a scenario's requests until none is left, as KEDA and Kubernetes would, one pod after another, and after every pod compares
 * what is stored with what happened. Nothing waits for time to pass: leases, reservations and suspicions are aged when nothing else
 * can happen.
 *
 * @returns every step that was taken, in order.
 * @throws Violation when a guarantee did not hold.
 */
export async function runScenario(world: CrashDatabase, runPod: RunPod, args: RunArgs): Promise<readonly RunStep[]> {
  const run = new Run(world, runPod, args, await world.insert(args.scenario.requests));
  try {
    return await run.toTheEnd();
  } finally {
    await world.clear();
  }
}

class Run {
  readonly #world: CrashDatabase;
  readonly #runPod: RunPod;
  readonly #args: RunArgs;
  readonly #requests: readonly string[];
  readonly #oracle: Oracle;
  readonly #steps: RunStep[] = [];
  #pods = 0;
  #jobs = 0;
  #paused: { readonly wake: NonNullable<PodEnd["wake"]>; readonly request: string | undefined } | undefined;

  constructor(world: CrashDatabase, runPod: RunPod, args: RunArgs, requests: readonly string[]) {
    this.#world = world;
    this.#runPod = runPod;
    this.#args = args;
    this.#requests = requests;
    this.#oracle = new Oracle(args.scenario, requests);
  }

  async toTheEnd(): Promise<readonly RunStep[]> {
    let job: JobState | undefined;
    while (await this.#poll()) {
      if (this.#pods === MAX_PODS) throw new Violation(`all must be over after ${MAX_PODS} pods`);
      if (job === undefined || !isUnfinished(job)) job = await this.#nextJob();
      job = await this.#nextPod(job);
    }
    await this.#resumePaused();
    if (await this.#poll()) throw new Violation("a pod that woke must leave nothing unfinished");
    this.#oracle.checkHistory(await this.#world.history(this.#requests));
    this.#checkPoints();
    return this.#steps;
  }

  /** Runs the scaling query; returns whether any work is left. */
  async #poll(): Promise<boolean> {
    const { jobs, queue } = await this.#world.poll(this.#args.scenario.requestsPerJob);
    this.#oracle.checkQueue(queue);
    if (jobs > 0 !== queue.length > 0) throw new Violation(`the scaling query must see ${queue.length}; got ${jobs}`);
    return jobs > 0;
  }

  /** Starts a new Job, after the previous one is long overdue. */
  async #nextJob(): Promise<JobState> {
    if (this.#jobs === 0) return createJob(`job-${this.#jobs++}`, 0);
    await this.#world.expireReservations();
    if (this.#args.successor === "another Job's, after one more poll") await this.#poll();
    return createJob(`job-${this.#jobs++}`, 0);
  }

  async #nextPod(job: JobState): Promise<JobState | undefined> {
    const pod = this.#pods++;
    const podName = `${job.name}-pod-${pod}`;
    const { exitCode, wake } = await this.#runPod(this.#podArgs(job.name, podName, pod)).catch((error: Error) => {
      this.#oracle.check();
      throw error instanceof Violation ? error : new Violation(`${podName} ended by a bug: ${error.message}`);
    });
    if (wake) this.#paused = { wake, request: this.#oracle.getRequest(podName) };
    if (exitCode === EXIT_KILLED) this.#oracle.crashed(podName);
    this.#oracle.check();
    await this.#world.waitForBackendsToEnd();
    if (this.#args.scenario.leaseSeconds > 0) await this.#world.expireLeases();
    if (exitCode === EXIT_KILLED && this.#args.successor !== "the Job's next pod") return undefined;
    const { backoffLimit } = this.#args.scenario;
    return podEnded(podStarted(job, podName), exitCode, 0, { backoffLimit, backoffSeconds: 0 });
  }

  #podArgs(jobName: string, podName: string, pod: number): PodArgs {
    const { actions, backoffLimit, crashLimit, requestsPerJob, leaseSeconds, watched } = this.#args.scenario;
    return {
      env: {
        ...this.#world.env,
        JOB_NAME: jobName,
        POD_NAME: podName,
        BACKOFF_LIMIT: String(backoffLimit),
        CRASH_LIMIT: String(crashLimit),
        BACKOFF_SECONDS: "0",
        REQUESTS_PER_JOB: String(requestsPerJob),
        LEASE_SECONDS: String(leaseSeconds),
      },
      actions,
      faults: this.#args.points.filter((point) => point.pod === pod),
      begun: (step) => this.#steps.push({ pod, ...step }),
      meanwhile: async ({ step }) => {
        if (step !== "run") return;
        const atWork = this.#oracle.getRequest(podName);
        if (this.#args.wakes === "during" && atWork === this.#paused?.request) await this.#resumePaused();
        if (!watched) return;
        if (this.#args.points.some(({ kind }) => kind === "lose the answer" || kind === "end with the answer"))
          await this.#world.waitForLock();
        const got = await this.#world.contend(jobName);
        if (got) this.#oracle.fail(`no pod may get ${podName}'s request, which it works on; got by a pod of ${got}`);
      },
      taken: (step) => this.#oracle.taken(jobName, podName, step),
      stopped: () => this.#oracle.stopped(podName),
    };
  }

  async #resumePaused(): Promise<void> {
    const paused = this.#paused;
    this.#paused = undefined;
    await paused?.wake();
    this.#oracle.check();
  }

  #checkPoints(): void {
    for (const { pod, step, nth, kind } of this.#args.points) {
      if (!this.#steps.some((known) => isAt(known, { pod, step, nth })))
        throw new FaultNotReachedError(`pod ${pod} must reach ${step} ${nth} (${kind} is planned there); it did not`);
    }
  }
}
