import type { Limit } from "../bench/limit.ts";

/** What an experiment found. */
export interface Findings {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly limits: readonly Limit[];
  /** For `--json`. */
  readonly numbers: object;
}
