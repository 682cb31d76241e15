import { performance } from "node:perf_hooks";

/** The value that this fraction (0 to 1) of the samples does not exceed; NaN without samples. */
export function percentile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}

/** The middle sample, or the lower of the two in the middle; NaN without samples. */
export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/** Milliseconds of each of `runs` calls, one after another, after some that do not count: by default a tenth as many. */
export async function timeRuns(runs: number, call: () => Promise<unknown>, warmUps = runs / 10): Promise<number[]> {
  for (let run = 0; run < warmUps; run++) await call();
  const samples: number[] = [];
  while (samples.length < runs) samples.push(await time(call));
  return samples;
}

/** Milliseconds of one call. */
export async function time(call: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await call();
  return performance.now() - began;
}
