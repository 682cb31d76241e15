/** What fences every write after the claim: this attempt, by this session. */
export interface AttemptKey {
  readonly kind: string;
  /** The Job whose pod claimed it. */
  readonly jobName: string;
  /** The request's primary key, as text: a bigint is larger than a JavaScript number holds exactly. */
  readonly request: string;
  /** 1 for the first attempt. */
  readonly iteration: number;
  /** The session whose lock keeps the attempt. */
  readonly session: number;
}

/** How an attempt ended, as the history has it. */
export type EndStatus = "SUCCESS" | "FAILED" | "DEAD";

/** Why an attempt did not succeed: which budget it is charged to. */
export type Reason = "error" | "crashed" | "interrupted";

/** The reasons that a worker records for itself as the request's owner. */
export type OwnReason = Exclude<Reason, "crashed">;

/** The key as the statements' first five parameters. */
export function keyValues({ kind, jobName, request, iteration, session }: AttemptKey): readonly unknown[] {
  return [kind, jobName, request, iteration, session];
}
