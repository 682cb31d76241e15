import { isKept, type Limit } from "../support/limit.ts";

/** A part of a scenario's one line: `60 Jobs`, `1.081 times the plain Job (at most 1.15)`, `61 Jobs (exactly 60: MISSED)` */
export function describeFinding(finding: Limit): string {
  const { what, measured, bound, limit, unit } = finding;
  const number = `${Number.isInteger(measured) ? measured : measured.toFixed(unit === "" ? 3 : 1)}${unit} ${what}`;
  if (isKept(finding)) return bound === "exactly" ? number : `${number} (${bound} ${limit}${unit})`;
  return `${number} (${bound} ${limit}${unit}: MISSED)`;
}
