import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPod } from "../../simulator/pod.ts";
import { endProcesses } from "../../worker/src/command/endProcesses.ts";
import { listProcesses, readProcFile } from "../../worker/src/command/processTable.ts";
import { until } from "../support/until.ts";
import { checkCommandRun } from "./commandLedger.ts";
import type { CommandPlan } from "./commandPlan.ts";
import type { CommandWorld } from "./commandWorld.ts";

const PROGRAM = fileURLToPath(new URL("./commandProgram.ts", import.meta.url));
const PRELOAD = new URL("./commandPreload.ts", import.meta.url).href;

/** Pods after which a request must have ended. */
const MAX_PODS = 4;

/** A fault, and the mutant of the runner that it should detect. */
type CommandRun = Omit<CommandPlan, "notes">;

/**
 * Runs one request by real runners and commands, pod after pod, until it has ended and no process is left.
 *
 * @returns the steps that were reached, in order, the runner's and the program's.
 * @throws Violation when a guarantee did not hold; Error when the fault was not reached.
 */
export async function runCommandPlan(world: CommandWorld, { fault, change }: CommandRun): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), "crash-"));
  const mark = `MARK=${folder}`;
  const notes = join(folder, "notes");
  const plan: CommandPlan = { notes, ...(fault && { fault }), ...(change && { change }) };
  // The program counts attempts; a runner does not know their number before it claims.
  const laterPlan: CommandPlan = typeof fault?.at === "object" ? { notes } : plan;
  const request = await world.insert();
  try {
    for (let pods = 0; await world.isUnfinished(request); pods++) {
      if (pods === MAX_PODS) break;
      const pod = startPod(`${folder.slice(-6)}-pod-${pods}`, {
        ...world.env,
        JOB_NAME: folder.slice(-6),
        BACKOFF_SECONDS: "0",
        NODE_OPTIONS: `--import=${PRELOAD}`,
        COMMAND: JSON.stringify([process.execPath, PROGRAM]),
        COMMAND_DIRECTORY: folder,
        COMMAND_ENV_NODE_OPTIONS: "",
        COMMAND_ENV_MARK: folder,
        CRASH_PLAN: JSON.stringify(pods === 0 ? plan : laterPlan),
      });
      await pod.ended;
    }
    await until("the commands of killed runners have ended", () => !isRunning(mark));
    const steps = existsSync(notes) ? readFileSync(notes, "utf8").trim().split("\n") : [];
    await checkCommandRun(world, request, steps, fault);
    return steps;
  } finally {
    await endProcesses({ mark }, AbortSignal.abort());
    await world.clear();
    await rm(folder, { recursive: true });
  }
}

function isRunning(mark: string): boolean {
  const running = listProcesses().filter(({ ended }) => !ended);
  return running.some(({ pid }) => readProcFile(pid, "environ")?.split("\0").includes(mark));
}
