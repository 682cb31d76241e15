/** What a mutant of the design does otherwise; the design itself is `DESIGN`. */
export interface Rules {
  /** Which requests the scaling query counts. */
  readonly counts: "unfinished" | "waiting";
  /** Whether a request whose worker is gone counts once more. */
  readonly doubtedOnceMore: boolean;
  /** Whether that ends when the request is claimed again. */
  readonly claimEndsDoubt: boolean;
  /** How long a request is held for its Job's next pod after an error or a crash. */
  readonly holds: "untilOverdue" | "never" | "forever";
  /** Whether somebody else's write is refused. */
  readonly fences: boolean;
  /** Whether anybody puts down what a worker that is gone held. */
  readonly putsDownTheGone: boolean;
  /** Whether a crash is charged to `crashLimit`. */
  readonly countsCrashes: boolean;
  /** Whether a pod that finds nothing waits while another's request may still become its own. */
  readonly podsWait: boolean;
}

/** As sql/ and worker/ have it. */
export const DESIGN: Rules = {
  counts: "unfinished",
  doubtedOnceMore: true,
  claimEndsDoubt: true,
  holds: "untilOverdue",
  fences: true,
  putsDownTheGone: true,
  countsCrashes: true,
  podsWait: true,
};
