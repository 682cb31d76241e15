import { setTimeout as sleep } from "node:timers/promises";

/**
 * Resolves after `ms` in which this process runs: a time limit for `Promise.race`. After a stop (SIGSTOP, a frozen cgroup) a timer that is
 * due would win over an answer that has arrived meanwhile; here only a tenth of the limit can pass so. Does not keep the process alive.
 */
export async function sleepRunning(ms: number): Promise<void> {
  for (let step = 0; step < 10; step++) await sleep(ms / 10, undefined, { ref: false });
}
