/** What a mutant of the design does differently; the design itself is `DESIGN`. */
export interface Rules {
  /** Which requests the scaling query counts. */
  readonly countOnly: "unfinished" | "waiting";
  /** Whether a request whose worker is dead counts once more. */
  readonly countSuspectsTwice: boolean;
  /** Whether a claim clears the suspicion. */
  readonly claimClearsSuspicion: boolean;
  /** How long a request is reserved for its Job's next pod after an error or a crash. */
  readonly reservation: "untilOverdue" | "never" | "forever";
  /** Which failures the reservation is computed from: the Job's own, or the attempts of this request only. */
  readonly reservationFrom: "job" | "row";
  /** Whether another worker's write is refused. */
  readonly fencing: boolean;
  /** Whether the attempts of dead workers are ended by others. */
  readonly reapDead: boolean;
  /** Whether a crash counts against `crashLimit`. */
  readonly countCrashes: boolean;
  /** Whether a pod that finds nothing waits for requests that are reserved. */
  readonly podsWait: boolean;
  /** Whose session a Job's next pod ends after 6 s: that of a predecessor that has not announced its stop. */
  readonly takeover: "silent" | "never" | "anyone";
  /** How a pod ends whose work asked to be run later once too often: batch.defer() knows of no failed pod. */
  readonly deadDeferral: "succeeds" | "fails";
  /** Whether Jobs that do no work are inferred (all that may be, or one for each missing claim), and taken back by idle ones. */
  readonly absence: "inferred" | "oneByOne" | "ignored" | "permanent";
  /** Whether the Job of a dead worker is presumed absent once another Job claims its request. */
  readonly suspectsBecomeAbsent: boolean;
  /** Whether a Job that ended since the last poll may delay the next one's creation by a poll. */
  readonly jobsEndLate: boolean;
  /** Which claims say that a Job is at work: every one, or the first of a pod. */
  readonly claimsCounted: "every" | "first";
  /** Whether claims stop at `maxReplicaCount` once more Jobs than that were asked for, and for how long;
   * without suspects: requests whose worker is suspected do not count. */
  readonly runningLimit: "lingers" | "whileAsked" | "withoutSuspects" | "never";
}

/** As sql/ and worker/ have it. */
export const DESIGN: Rules = {
  countOnly: "unfinished",
  countSuspectsTwice: true,
  claimClearsSuspicion: true,
  reservation: "untilOverdue",
  reservationFrom: "job",
  fencing: true,
  reapDead: true,
  countCrashes: true,
  podsWait: true,
  takeover: "silent",
  deadDeferral: "succeeds",
  absence: "inferred",
  suspectsBecomeAbsent: true,
  jobsEndLate: true,
  claimsCounted: "every",
  runningLimit: "lingers",
};
