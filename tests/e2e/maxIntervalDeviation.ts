/** The largest deviation from `seconds` of the time between two neighbours; NaN if there are fewer than two times. */
export function maxIntervalDeviation(seconds: number, timesMs: readonly number[]): number {
  const offMs = timesMs.slice(1).map((time, index) => Math.abs(time - (timesMs[index] as number) - seconds * 1_000));
  return offMs.length === 0 ? Number.NaN : Math.max(...offMs) / 1_000;
}
