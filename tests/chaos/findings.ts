import type { Limit } from "../support/limit.ts";

/** The result of an experiment. */
export interface Findings {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly limits: readonly Limit[];
  /** For `--json`. */
  readonly numbers: object;
}
