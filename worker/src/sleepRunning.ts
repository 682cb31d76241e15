import { setTimeout as sleep } from "node:timers/promises";

/**
 * Resolves after `ms` of time in which this process runs: a time limit for `Promise.race`. While a process is stopped (SIGSTOP, a frozen
 * cgroup), a timer of `ms` may become due, and would win over an answer that arrives meanwhile. Of a stop, only a tenth of `ms` counts
 * here. Does not keep the process alive.
 */
export async function sleepRunning(ms: number): Promise<void> {
  for (let step = 0; step < 10; step++) await sleep(ms / 10, undefined, { ref: false });
}
