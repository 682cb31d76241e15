/** A measured number and what it must be. */
export interface Limit {
  readonly what: string;
  readonly measured: number;
  readonly bound: "exactly" | "at most" | "at least";
  readonly limit: number;
  /** Follows the numbers: ` ms`. @default - none: a count or a ratio */
  readonly unit?: string;
}

/** Whether the limit is kept; what could not be measured (NaN) is missed. */
export function isKept({ measured, bound, limit }: Limit): boolean {
  if (bound === "exactly") return measured === limit;
  return bound === "at most" ? measured <= limit : measured >= limit;
}

/** One line: `ok      claim + finish, p50: 1.20 (at most 1.5)` */
export function describeLimit(one: Limit): string {
  const { what, measured, bound, limit, unit = "" } = one;
  return `${isKept(one) ? "ok    " : "MISSED"}  ${what}: ${measured.toFixed(2)}${unit} (${bound} ${limit}${unit})`;
}
