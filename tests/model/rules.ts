/** The rules that a mutant of the design changes; the design itself is `DESIGN`. */
export interface Rules {
  /** Which requests the scaling query counts. */
  readonly countOnly: "unfinished" | "waiting";
  /** Whether a request whose worker is dead counts twice. */
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
  /** Whether a pod that finds nothing waits for reserved requests. */
  readonly podsWait: boolean;
  /** Whose session a Job's next pod ends after 6 s: that of a predecessor that has not announced its stop. */
  readonly takeover: "silent" | "never" | "anyone";
  /** How a pod ends whose work exceeds the deferral limit: batch.defer() counts no failed pod. */
  readonly deadDeferral: "succeeds" | "fails";
  /** Whether Jobs that do no work are inferred (as many as possible, or one for each missing claim), and whether idle Jobs reverse that. */
  readonly absence: "inferred" | "oneByOne" | "ignored" | "permanent";
  /** Whether the Job of a dead worker is presumed absent once another Job claims its request. */
  readonly suspectsBecomeAbsent: boolean;
  /** How long a pod may take to start before its Job is presumed absent: `podStartSeconds`, or always its default. */
  readonly podStart: "asSet" | "default";
  /** Whether a Job that ended since the last poll may delay the next one's creation by a poll. */
  readonly jobsEndLate: boolean;
  /** Which claims show that a Job is working: all, or a pod's first. */
  readonly claimsCounted: "every" | "first";
  /** Whether claims stop at `maxReplicaCount` once more Jobs than that were asked for, and for how long;
   * without suspects: requests whose worker is suspected do not count. */
  readonly runningLimit: "lingers" | "whileAsked" | "withoutSuspects" | "never";
}

/** The rules of sql/ and worker/. */
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
  podStart: "asSet",
  jobsEndLate: true,
  claimsCounted: "every",
  runningLimit: "lingers",
};
