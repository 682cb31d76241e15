import { isKept, type Limit } from "../bench/limit.ts";

/** A measured value and its limit. */
export type Finding = Limit;

/** A part of a scenario's one line: `60 Jobs`, `1.081 times the plain Job (at most 1.15)`, `61 Jobs (exactly 60: MISSED)` */
export function describe(finding: Finding): string {
  const { what, measured, bound, limit, unit = "" } = finding;
  const number = `${Number.isInteger(measured) ? measured : measured.toFixed(unit === "" ? 3 : 1)}${unit} ${what}`;
  if (isKept(finding)) return bound === "exactly" ? number : `${number} (${bound} ${limit}${unit})`;
  return `${number} (${bound} ${limit}${unit}: MISSED)`;
}

/** A finding that must equal `limit`. */
export function exactly(limit: number, what: string, measured: number): Finding {
  return { what, measured, bound: "exactly", limit };
}

/** A finding that must not exceed `limit`. */
export function atMost(limit: number, what: string, measured: number, unit = ""): Finding {
  return { what, measured, bound: "at most", limit, unit };
}
