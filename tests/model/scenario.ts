import fc from "fast-check";
import { DEFAULT_POD_START_SECONDS } from "../../worker/src/queue/demand.ts";
import { mapLimits } from "../../worker/src/retryLimits.ts";
import type { Pod } from "./pod.ts";
import type { Rules } from "./rules.ts";
import { isOver, type Progress, runFairly } from "./runFairly.ts";
import { Simulation } from "./simulation.ts";

/** A period of time, in seconds. */
interface Span {
  readonly from: number;
  readonly seconds: number;
}

/** The input of a fair run; times are in seconds. */
export interface Scenario {
  readonly maxReplicaCount: number;
  readonly requestsPerJob: number;
  readonly pollingInterval: number;
  readonly inserts: readonly { readonly at: number; readonly count: number }[];
  readonly podStartSeconds: number;
  /** From a pod's start to its first claim; each pod takes the next value. */
  readonly podStarts: readonly number[];
  /** The work's duration and end; each claim takes the next value. */
  readonly works: readonly { readonly seconds: number; readonly ends: Progress }[];
  /** The number of Jobs, from the start, whose work is done but which never finish. */
  readonly stuckJobs: number;
  /** When KEDA does not poll. */
  readonly kedaDown: Span;
  /** When no pod can be scheduled. */
  readonly full: Span;
}

const NEVER: Span = { from: 0, seconds: 0 };

/** The period within which everything is inserted. */
const INSERTS_END = 300;

/** An arbitrary scenario, except for the given parts. */
export function scenarioArb(given: { readonly [Key in keyof Scenario]?: fc.Arbitrary<Scenario[Key]> } = {}) {
  return fc.record<Scenario>({
    maxReplicaCount: fc.integer({ min: 1, max: 4 }),
    requestsPerJob: fc.constant(1),
    pollingInterval: fc.constantFrom(5, 10, 30),
    inserts: fc.array(fc.record({ at: fc.nat({ max: INSERTS_END }), count: fc.integer({ min: 1, max: 6 }) }), {
      minLength: 1,
      maxLength: 6,
    }),
    podStartSeconds: fc.constant(DEFAULT_POD_START_SECONDS),
    podStarts: podStartsArb(DEFAULT_POD_START_SECONDS),
    works: worksArb([2, 2, 20, 100], ["succeeds"]),
    stuckJobs: fc.constant(0),
    kedaDown: fc.constant(NEVER),
    full: fc.constant(NEVER),
    ...given,
  });
}

/** Pods that start within so many seconds. */
export function podStartsArb(seconds: number) {
  return fc.array(fc.integer({ min: 1, max: seconds }), { minLength: 1, maxLength: 8 });
}

/** Work with these durations and ends. */
export function worksArb(seconds: readonly number[], ends: readonly Progress[]) {
  const work = fc.record({ seconds: fc.constantFrom(...seconds), ends: fc.constantFrom(...ends) });
  return fc.array(work, { minLength: 1, maxLength: 6 });
}

/** A period of at most `seconds`. */
export function spanArb(seconds: number): fc.Arbitrary<Span> {
  return fc.record({ from: fc.nat({ max: INSERTS_END }), seconds: fc.nat({ max: seconds }) });
}

/** Runs a scenario until everything has ended, for at most `seconds`; calls `check` every second, after the poll if there is one. */
export function play(
  scenario: Scenario,
  {
    rules,
    seconds,
    check,
  }: { rules: Rules; seconds: number; check?: (simulation: Simulation, second: number) => void },
): Simulation {
  const { maxReplicaCount, requestsPerJob, podStartSeconds, pollingInterval, podStarts, works, kedaDown, full } =
    scenario;
  const limits = { ...mapLimits(() => 2), timeoutSeconds: 0 };
  const simulation = new Simulation({ maxReplicaCount, requestsPerJob, podStartSeconds, ...limits }, { rules });
  for (let each = 0; each < scenario.stuckJobs; each++) simulation.createStuckJob();
  const workByAttempt = new Map<string, Scenario["works"][number]>();
  function getWork({ args, claimedAt }: Pod): Progress {
    const attempt = `${args.name} ${claimedAt}`;
    const work = workByAttempt.get(attempt) ?? works[workByAttempt.size % works.length];
    if (!work) return "succeeds";
    workByAttempt.set(attempt, work);
    return simulation.queue.now - claimedAt < 1_000 * work.seconds ? "neverEnds" : work.ends;
  }
  let started = 0;
  runFairly(simulation, {
    seconds,
    pollingInterval,
    podStart: () => podStarts[started++ % podStarts.length] ?? 0,
    work: getWork,
    polls: (second) => !contains(kedaDown, second),
    room: (second) => (contains(full, second) ? 0 : Number.POSITIVE_INFINITY),
    event(second) {
      for (const { at, count } of scenario.inserts) if (at === second) simulation.queue.insert(count);
    },
    afterPoll: (second) => check?.(simulation, second),
    done: (second) => second > INSERTS_END && isOver(simulation),
  });
  return simulation;
}

/** Whether a second is within a period. */
function contains({ from, seconds }: Span, second: number): boolean {
  return second >= from && second < from + seconds;
}
