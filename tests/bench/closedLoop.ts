import { performance } from "node:perf_hooks";
import { median } from "../support/samples.ts";

export type Throughput = Awaited<ReturnType<typeof runClosedLoop>>;

/**
 * Repeats every operation for this many seconds, all concurrently, one per connection, in a closed loop: each connection begins its next
 * operation when its last one has ended.
 */
export async function runClosedLoop(operations: readonly (() => Promise<void>)[], seconds: number) {
  const samples: number[] = [];
  const began = performance.now();
  const ends = began + 1_000 * seconds;
  await Promise.all(
    operations.map(async (operation) => {
      for (let now = performance.now(); now < ends; ) {
        const started = now;
        await operation();
        now = performance.now();
        samples.push(now - started);
      }
    }),
  );
  const perSecond = (1_000 * samples.length) / (performance.now() - began);
  return { p50: median(samples), perSecond };
}
