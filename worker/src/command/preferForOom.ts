import { readFileSync, writeFileSync } from "node:fs";

/**
 * What the command's score is raised by: half of the memory limit, as if the command used that much more. Enough for the kernel
 * to choose it before the runner, which needs less; not the maximum, which would make a guaranteed pod's command the first
 * process of the whole node to be killed.
 */
const RAISED_BY = 500;
const MAX_SCORE = 1_000;

/** When memory runs out, the command is to be killed and not the runner, which can then record why. */
export function preferForOom(pid: number): void {
  try {
    const own = Number(readFileSync("/proc/self/oom_score_adj", "utf8"));
    writeFileSync(`/proc/${pid}/oom_score_adj`, String(Math.min(MAX_SCORE, own + RAISED_BY)));
  } catch {
    // There is no /proc (macOS), or the command has ended.
  }
}
