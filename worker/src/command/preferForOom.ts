import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { readProcFile } from "./processTable.ts";

/**
 * The command's oom_score_adj: as if it used half of the memory limit more than it does. That is enough for the kernel to choose it
 * before the runner, which needs less. The maximum would make a guaranteed pod's command the first process to be killed on the
 * whole node.
 *
 * A pod without a CPU limit starts near the maximum if its memory is a small part of its node's, so little is added there: the kernel
 * chooses the largest process, which may be the runner. Without privileges the runner cannot lower its own score.
 */
const RAISED_BY = 500;
const MAX_SCORE = 1_000;

/** Makes the kernel kill the command and not the runner when memory runs out, so that the runner can record why. */
export function preferForOom(pid: number): void {
  try {
    const own = Number(readFileSync("/proc/self/oom_score_adj", "utf8"));
    setScore(pid, String(Math.min(MAX_SCORE, own + RAISED_BY)));
  } catch {
    // No /proc (macOS).
  }
}

/** A shell may already have started its program, which has the runner's score; what is started from now on inherits the new one. */
function setScore(pid: number, score: string): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, score);
    // Any of its threads may have started a process. A kernel without CONFIG_PROC_CHILDREN lists none.
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const children = readProcFile(pid, `task/${thread}/children`) ?? "";
      for (const child of children.split(" ").filter(Boolean)) setScore(Number(child), score);
    }
  } catch {
    // It has ended.
  }
}
