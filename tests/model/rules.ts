/** The queue's rules, in sql/: what each is in the design, and what mutants of the design make of it. */
export const QUEUE_RULES = {
  /** Which requests the scaling query counts. */
  countOnly: ["unfinished", "waiting"],
  /** Whether a request whose worker is dead counts twice. */
  countSuspectsTwice: [true, false],
  /** Whether a claim clears the suspicion. */
  claimClearsSuspicion: [true, false],
  /** How long a request is reserved for its Job's next pod after an error or a crash. */
  reservation: ["untilOverdue", "never", "forever"],
  /** Which failures the reservation is computed from: the Job's own, or the attempts of this request only. */
  reservationFrom: ["job", "row"],
  /** Whether another worker's write is refused. */
  fencing: [true, false],
  /** Whether the attempts of dead workers are ended by others. */
  reapDead: [true, false],
  /** Whether a crash counts against `crashLimit`. */
  countCrashes: [true, false],
  /** Whose session a Job's next pod ends after 6 s: that of a predecessor that has not announced its stop. */
  takeover: ["silent", "never", "anyone"],
  /** Whether Jobs that do no work are inferred (as many as possible, or one for each missing claim), and whether idle Jobs reverse that. */
  absence: ["inferred", "oneByOne", "ignored", "permanent"],
  /** Whether the Job of a dead worker is presumed absent once another Job claims its request. */
  suspectsBecomeAbsent: [true, false],
  /** How long a pod may take to start before its Job is presumed absent: `podStartSeconds`, or always its default. */
  podStart: ["asSet", "default"],
  /** Whether a Job that ended since the last poll may delay the next one's creation by a poll. */
  jobsEndLate: [true, false],
  /** Whether claims stop at `maxReplicaCount` once more Jobs than that were asked for, and for how long;
   * without suspects: requests whose worker is suspected do not count. */
  runningLimit: ["lingers", "whileAsked", "withoutSuspects", "never"],
} as const;

/** The rules of pods, in worker/. */
const POD_RULES = {
  /** Whether a pod that finds nothing waits for reserved requests. */
  podsWait: [true, false],
  /** How a pod ends whose work exceeds the deferral limit: batch.defer() counts no failed pod. */
  deadDeferral: ["succeeds", "fails"],
  /** Which claims show that a Job is working: all, or a pod's first. */
  claimsCounted: ["every", "first"],
} as const;

const ALL_RULES = { ...QUEUE_RULES, ...POD_RULES };

/** A design: the choice for each rule. */
export type Rules = { readonly [Rule in keyof typeof ALL_RULES]: (typeof ALL_RULES)[Rule][number] };

/** The design of sql/ and worker/. */
export const DESIGN = Object.fromEntries(
  Object.entries(ALL_RULES).map(([rule, [ofDesign]]) => [rule, ofDesign]),
) as Rules;
