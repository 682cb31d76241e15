/** A measured number and its limit. */
export interface Limit {
  readonly what: string;
  readonly measured: number;
  readonly bound: "exactly" | "at most" | "at least";
  readonly limit: number;
  /** Printed after the numbers: ` ms`; empty for a count or a ratio. */
  readonly unit: string;
}

/** A number that must equal `limit`. */
export function exactly(limit: number, what: string, measured: number, unit = ""): Limit {
  return { what, measured, bound: "exactly", limit, unit };
}

/** A number that must not exceed `limit`. */
export function atMost(limit: number, what: string, measured: number, unit = ""): Limit {
  return { what, measured, bound: "at most", limit, unit };
}

/** A number that must reach `limit`. */
export function atLeast(limit: number, what: string, measured: number, unit = ""): Limit {
  return { what, measured, bound: "at least", limit, unit };
}

/** Whether the limit is met; a value that could not be measured (NaN) misses it. */
export function isKept({ measured, bound, limit }: Limit): boolean {
  if (bound === "exactly") return measured === limit;
  return bound === "at most" ? measured <= limit : measured >= limit;
}

/** One line: `ok      claim + finish, p50: 1.20 (at most 1.5)`, `ok      kills: 1000 (at least 1000)` */
export function describeLimit(one: Limit): string {
  const { what, measured, bound, limit, unit } = one;
  const number = Number.isInteger(measured) ? measured : measured.toFixed(2);
  return `${isKept(one) ? "ok    " : "MISSED"}  ${what}: ${number}${unit} (${bound} ${limit}${unit})`;
}
