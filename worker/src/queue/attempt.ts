/** What fences every write after the claim: this attempt, by this session. */
export interface AttemptKey {
  readonly kind: string;
  /** The request's primary key, as text: a bigint is larger than a JavaScript number holds exactly. */
  readonly request: string;
  /** 1 for the first attempt. */
  readonly iteration: number;
  /** The session whose lock keeps the attempt. */
  readonly session: number;
}

/** The key as the statements' first four parameters. */
export function keyValues({ kind, request, iteration, session }: AttemptKey): readonly unknown[] {
  return [kind, request, iteration, session];
}
