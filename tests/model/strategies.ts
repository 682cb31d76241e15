import { jobsToCreate, type ScalingStrategy } from "../../simulator/scaling.ts";
import type { Rules } from "./rules.ts";

/** A way to create Jobs for requests. */
export interface Scaling {
  readonly strategy: ScalingStrategy;
  /** Which requests the scaling query counts. */
  readonly counts: Rules["countOnly"];
  /**
   * Until when KEDA regards a Job as pending: until its pod is Running, or, with `pendingPodConditions`, Ready, as its probe
   * reports after the claim.
   */
  readonly pendingUntil: "Running" | "Ready";
}

/** The result of a strategy. */
export interface Outcome {
  /** Jobs created. */
  readonly jobs: number;
  /** Jobs that found nothing to claim. */
  readonly idle: number;
  /** From a request's insert to its claim. */
  readonly meanWaitSeconds: number;
}

interface Job {
  readonly createdAt: number;
  /** When it had no request left to work on; undefined: not yet. */
  endsAt?: number;
}

/** All times are in seconds. */
const POLLING_INTERVAL = 5;
const RUNNING_AFTER = 8;
const CLAIMS_AFTER = RUNNING_AFTER + 3;
const WORK = 300;
const MAX_REPLICA_COUNT = 20;
const BURSTS = [0, 60];
const BURST_SIZE = 5;

/** Long after the last Job has ended. */
const END = 3_600;

/** Simulates two bursts of requests, each just before a poll, second by second; one request per Job, and nothing fails. */
export function simulate({ strategy, counts, pendingUntil }: Scaling): Outcome {
  const waiting: number[] = [];
  const jobs: Job[] = [];
  const waits: number[] = [];
  const pendingFor = pendingUntil === "Running" ? RUNNING_AFTER : CLAIMS_AFTER;
  for (let now = 0; now < END; now++) {
    if (BURSTS.includes(now)) waiting.push(...Array<number>(BURST_SIZE).fill(now));
    for (const job of jobs.filter(({ createdAt }) => createdAt + CLAIMS_AFTER === now)) {
      const insertedAt = waiting.shift();
      job.endsAt = insertedAt === undefined ? now : now + WORK;
      if (insertedAt !== undefined) waits.push(now - insertedAt);
    }
    if (now % POLLING_INTERVAL !== 0) continue;
    const unfinished = jobs.filter(({ endsAt }) => endsAt === undefined || endsAt > now);
    const running = unfinished.length;
    const pending = unfinished.filter(({ createdAt }) => createdAt + pendingFor > now).length;
    const claimed = unfinished.filter(({ endsAt }) => endsAt !== undefined).length;
    const queueLength = waiting.length + (counts === "unfinished" ? claimed : 0);
    const count = jobsToCreate({ queueLength, maxReplicaCount: MAX_REPLICA_COUNT, running, pending, strategy });
    for (let each = 0; each < count; each++) jobs.push({ createdAt: now });
  }
  const meanWaitSeconds = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
  return { jobs: jobs.length, idle: jobs.length - waits.length, meanWaitSeconds };
}
