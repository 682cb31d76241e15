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

/** Milliseconds of each of `runs` calls, one after another, after a tenth as many for warm-up. */
export async function timeRuns(runs: number, call: () => Promise<unknown>): Promise<number[]> {
  for (let run = 0; run < runs / 10; run++) await call();
  const samples: number[] = [];
  for (let run = 0; run < runs; run++) samples.push(await time(call));
  return samples;
}

/** Milliseconds of one call. */
export async function time(call: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await call();
  return performance.now() - began;
}
