import { DEFAULT_POD_START_SECONDS, type DemandParams } from "../../worker/src/queue/demand.ts";
import type { Rules } from "./rules.ts";

/** A claim is late this long after podStartSeconds: KEDA creates the Job some seconds after the poll. */
const LATE_SECONDS = 4;

/** While a worker is suspected, a claim is late sooner, but not before the second number. */
const SOONER_WITH_SUSPECTS_SECONDS = 30;
const SOONEST_WITH_SUSPECTS_SECONDS = 14;

/** How many pods a second Kubernetes' Job controller creates with its default limits, and for more than how many this time counts. */
const PODS_PER_SECOND = 6;
const MANY_PODS = 60;

/** A pod of a Job that was created beyond maxReplicaCount claims within this time. */
const LIMIT_LINGERS_MS = 600_000;

/** The assumed time between two polls before there were two; KEDA's default. */
const UNKNOWN_GAP_MS = 30_000;

/** A Job is Complete at most this long after its work. */
const SHORT_GAP_MS = 12_000;

/** Two polls are further apart than this. */
const SAME_POLL_MS = 1_000;

/** Limits as multiples of maxReplicaCount: Jobs presumed absent, and Jobs in total. */
const MAX_ABSENT = 4;
export const MAX_JOBS = 5;

/** The number of claims expected from Jobs created at this time, in milliseconds. */
interface Expectation {
  readonly since: number;
  readonly claims: number;
}

/** A row of batch.scaling; times are in milliseconds, null is undefined. */
export class Scaling {
  polledAt: number | undefined;
  pollGap: number | undefined;
  polledWorking = 0;
  polledSuspects = 0;
  polledClaims = 0;
  expected: readonly Expectation[] = [];
  absentJobs = 0;
  /** The maximum of absentJobs since it was last raised for unknown Jobs. */
  absentPeak = 0;
  runningLimit: number | undefined;
  limitedUntil: number | undefined;
  /** The sequence of arrivals: claims of Jobs without a request, including unsuccessful ones. */
  claims = 0;
  /** The total by which absentJobs was ever raised; exists only in the model. */
  presumedAbsent = 0;

  /** Raises absentJobs, but never lowers it. */
  raiseAbsentJobs(to: number): void {
    this.presumedAbsent += Math.max(0, to - this.absentJobs);
    this.absentJobs = Math.max(this.absentJobs, to);
    this.absentPeak = Math.max(this.absentPeak, this.absentJobs);
  }
}

/** The counts that the query finds in the queue. */
export interface Counts {
  /** Claimed requests whose worker is not suspected to be dead, including reserved ones. */
  readonly working: number;
  readonly suspects: number;
  /** Waiting requests, at most as many as the query reads. */
  readonly unfinished: number;
  /** Whether a pod of some Job has failed within the week: a node may have been lost. */
  readonly podsHaveFailed: boolean;
}

/** batch.count_jobs(), given its counts of the queue; modifies `s`. */
export function countJobs(
  s: Scaling,
  { working, suspects, unfinished, podsHaveFailed }: Counts,
  { requestsPerJob, maxReplicaCount, podStartSeconds = DEFAULT_POD_START_SECONDS }: Omit<DemandParams, "kind">,
  { now, rules }: { readonly now: number; readonly rules: Rules },
): number {
  const most = requestsPerJob * maxReplicaCount;
  const wanted = Math.min(Math.ceil(Math.min(unfinished, most) / requestsPerJob), maxReplicaCount);
  const gap = s.polledAt === undefined ? undefined : now - s.polledAt;
  const claims = s.claims + wanted - working;

  const late = gap !== undefined && s.pollGap !== undefined && gap > 3 * s.pollGap + 12_000;
  const created = Math.floor((1_000 * (s.claims - s.polledClaims)) / PODS_PER_SECOND);
  let expected = suspects > s.polledSuspects || late ? [] : capped(s.expected, claims, s.claims);
  expected = expected.map((each) =>
    each.claims - s.claims > MANY_PODS
      ? { ...each, since: Math.max(each.since, Math.min(each.since + created, now)) }
      : each,
  );
  const lateAfter = LATE_SECONDS + (rules.podStart === "asSet" ? podStartSeconds : DEFAULT_POD_START_SECONDS);
  const absentAfter =
    suspects > 0 ? Math.max(lateAfter - SOONER_WITH_SUSPECTS_SECONDS, SOONEST_WITH_SUSPECTS_SECONDS) : lateAfter;
  const due = expected.filter((each) => {
    const missing = each.claims - s.claims;
    const creating = missing > MANY_PODS ? Math.floor(missing / PODS_PER_SECOND) : 0;
    return each.since <= now - 1_000 * (absentAfter + creating);
  });
  const short = Math.max(0, ...due.map((each) => each.claims - s.claims));
  if (short > 0) {
    const known = suspects > 0 || !podsHaveFailed || rules.absence === "oneByOne";
    const to = known ? s.absentJobs + short : Math.max(s.absentJobs + maxReplicaCount, s.absentPeak);
    s.raiseAbsentJobs(Math.min(to, (podsHaveFailed || suspects > 0 ? MAX_ABSENT : 1) * maxReplicaCount));
    if (!known) s.absentPeak = 0;
    expected = [];
  }
  const jobsEnded = s.polledWorking + s.claims - s.polledClaims > working && suspects === 0 && rules.jobsEndLate;
  const createdAt = now + (jobsEnded ? Math.min(gap ?? 0, s.pollGap ?? UNKNOWN_GAP_MS) : 0);
  // Jobs due at this poll are delayed again if a Job that ended since the last poll may have ended only just now.
  const delayed = gap !== undefined && gap <= SHORT_GAP_MS;
  expected = expected.map((each) =>
    delayed && each.since > now - SAME_POLL_MS ? { ...each, since: createdAt } : each,
  );
  if (claims > s.claims && expected.every((each) => each.claims < claims)) {
    expected = [...expected, { since: createdAt, claims }];
  }

  const absentJobs = rules.absence === "ignored" ? 0 : s.absentJobs;
  if (suspects + absentJobs > 0) s.limitedUntil = now + (rules.runningLimit === "whileAsked" ? 1 : LIMIT_LINGERS_MS);
  s.runningLimit = s.limitedUntil !== undefined && s.limitedUntil > now ? maxReplicaCount : undefined;
  Object.assign(s, {
    polledAt: now,
    pollGap: gap,
    polledWorking: working,
    polledSuspects: suspects,
    polledClaims: s.claims,
    expected,
  });
  return wanted === 0 ? 0 : Math.min(wanted + suspects + absentJobs, MAX_JOBS * maxReplicaCount);
}

/** The claims still expected: no more than are missing now, each number with the time it was first expected. */
function capped(expected: readonly Expectation[], atMost: number, made: number): Expectation[] {
  const first = new Map<number, number>();
  for (const { since, claims } of expected) {
    const capped = Math.min(claims, atMost);
    if (capped > made) first.set(capped, Math.min(since, first.get(capped) ?? since));
  }
  return [...first].map(([claims, since]) => ({ since, claims }));
}
