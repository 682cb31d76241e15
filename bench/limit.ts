/** A measured number and what it must not pass. */
export interface Limit {
  readonly what: string;
  readonly measured: number;
  readonly bound: "at most" | "at least";
  readonly limit: number;
  /** Follows the numbers: ` ms`, or nothing for a ratio. */
  readonly unit: string;
}

/** Whether the limit is kept; what could not be measured (NaN) is missed. */
export function isKept({ measured, bound, limit }: Limit): boolean {
  return bound === "at most" ? measured <= limit : measured >= limit;
}

/** `ok      claim + finish, p50: 1.20 (at most 1.5)` */
export function describeLimit(limit: Limit): string {
  const verdict = isKept(limit) ? "ok    " : "MISSED";
  return `${verdict}  ${limit.what}: ${limit.measured.toFixed(2)}${limit.unit} (${limit.bound} ${limit.limit}${limit.unit})`;
}
