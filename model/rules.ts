/** What a mutant of the design does otherwise; the design itself is `DESIGN`. */
export interface Rules {
  /** Which requests the scaling query counts. */
  readonly counts: "unfinished" | "waiting";
  /** Whether a request whose worker is gone counts once more. */
  readonly doubtedOnceMore: boolean;
  /** Whether a request is held for its Job's next pod after an error or a crash. */
  readonly holds: boolean;
  /** Whether somebody else's write is refused. */
  readonly fences: boolean;
}

/** As sql/ has it. */
export const DESIGN: Rules = { counts: "unfinished", doubtedOnceMore: true, holds: true, fences: true };
