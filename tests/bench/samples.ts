import { performance } from "node:perf_hooks";

/** The value that this part (0 to 1) of the samples does not exceed; NaN of none. */
export function percentile(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}

/** The lower one of the two in the middle, where there are two; NaN of none. */
export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/** Milliseconds that each of `runs` calls takes, one after another, after a tenth as many that do not count. */
export async function timeRuns(runs: number, call: () => Promise<unknown>): Promise<number[]> {
  for (let run = 0; run < runs / 10; run++) await call();
  const samples: number[] = [];
  for (let run = 0; run < runs; run++) samples.push(await time(call));
  return samples;
}

/** Milliseconds that a call takes. */
export async function time(call: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await call();
  return performance.now() - began;
}
