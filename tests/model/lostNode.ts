import { DEFAULT_LIMITS } from "../../worker/src/retryLimits.ts";
import { DEFAULTS } from "../../worker/src/settings.ts";
import type { Pod } from "./pod.ts";
import { DESIGN, type Rules } from "./rules.ts";
import { type Progress, runFairly } from "./runFairly.ts";
import { DELAYS, type Loss, type ModelSettings } from "./settings.ts";
import { Simulation } from "./simulation.ts";

/** The loss of a node that is never removed from the cluster. */
export interface LossArgs {
  /** @default 5 */
  readonly pollingInterval?: number;
  /** @default 10 */
  readonly maxReplicaCount?: number;
  /** The number of requests on the node, each with its Job; no others run. */
  readonly requests: number;
  /** @default "lost" */
  readonly loss?: Loss;
  /** @default DESIGN */
  readonly rules?: Rules;
  /** From the node's taint until its pods are deleted, in seconds. @default - the pod's own */
  readonly toleration?: number;
}

/** From a pod's creation to its first claim: 8 s to start on a node that has the image, and 3 s until it claims. */
export const POD_START = 11;

const SETTINGS: Omit<ModelSettings, "maxReplicaCount"> = {
  requestsPerJob: DEFAULTS.requestsPerJob,
  ...DEFAULT_LIMITS,
  timeoutSeconds: DEFAULTS.timeoutSeconds,
};

/**
 * A simulation whose running requests' node was lost `late` seconds before the next poll. As long as both nodes count as
 * schedulable, `random` decides where a new pod runs: below 0.5 on the lost node.
 */
export function loseNode(
  { maxReplicaCount = 10, requests, loss, rules = DESIGN, toleration = DELAYS.toleration }: LossArgs,
  { late = 0, random = () => 1 }: { late?: number; random?: () => number } = {},
): Simulation {
  const placePod = (pod: number) => (pod <= requests || random() < 0.5 ? 0 : 1);
  const delays = { removed: Number.POSITIVE_INFINITY, toleration };
  const simulation = new Simulation({ ...SETTINGS, maxReplicaCount }, { placePod, rules, delays });
  simulation.queue.insert(requests);
  runFairly(simulation, { seconds: POD_START + 2, pollingInterval: POD_START + 2, work: () => "neverEnds" });
  simulation.loseNode(0, loss);
  simulation.wait(late);
  return simulation;
}

/** Seconds from the loss of a node until each of its requests runs elsewhere, in `runs` runs, sorted. */
export function secondsToRunElsewhere(args: LossArgs, runs: number): readonly number[] {
  const { pollingInterval = 5, requests } = args;
  const random = createRandom(1);
  const all: number[] = [];
  for (let run = 0; run < runs; run++) {
    const late = run % pollingInterval;
    const simulation = loseNode(args, { late, random });
    const rerun = new Set<number>();
    runFairly(simulation, {
      seconds: 3_600,
      pollingInterval,
      podStart: POD_START,
      work: () => "neverEnds",
      done(second) {
        for (const { key } of simulation.running) {
          if (!key || key.attempt === 1 || rerun.has(key.request)) continue;
          rerun.add(key.request);
          all.push(late + second);
        }
        return rerun.size === requests;
      },
    });
  }
  return all.sort((a, b) => a - b);
}

/** When two more requests are inserted, in seconds after the loss, as in the last loss of `npm run e2e -- lost-node`. */
const INSERTS: readonly number[] = [1, 60, 150];

/** How many Jobs never claimed a request after a node was lost for good, in each of `runs` runs, sorted. */
export function idleJobs(args: LossArgs, runs: number): readonly number[] {
  const { pollingInterval = 5 } = args;
  const random = createRandom(1);
  const counts = Array.from({ length: runs }, (_, run) => {
    const simulation = loseNode(args, { late: run % pollingInterval, random });
    runFairly(simulation, {
      seconds: 400,
      pollingInterval,
      podStart: POD_START,
      work: workFor45Seconds(simulation),
      event(second) {
        if (INSERTS.includes(second)) simulation.queue.insert(2);
      },
    });
    return simulation.created - simulation.busy.size;
  });
  return counts.sort((a, b) => a - b);
}

/** Every request succeeds 45 s after its claim. */
export function workFor45Seconds(simulation: Simulation): (pod: Pod) => Progress {
  return (pod) => (simulation.queue.now - pod.claimedAt > 45_000 ? "succeeds" : "neverEnds");
}

/** Pseudo-random numbers from 0 to less than 1, determined by the seed: mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
