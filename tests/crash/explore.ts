import type { CrashDatabase } from "./crashDatabase.ts";
import type { RunPod } from "./pod.ts";
import { FaultNotReachedError, isAt, type Point, type RunArgs, type RunStep, runScenario } from "./run.ts";
import type { Scenario } from "./scenarios.ts";
import type { FaultKind } from "./steps.ts";

const NO_STATEMENTS = new Set(["connect", "check", "run", "close"]);

/** Every place of a run where a fault of these kinds can occur, after the last one already planned. */
export function findFaultPoints(
  { watched }: Scenario,
  steps: readonly RunStep[],
  kinds: readonly FaultKind[],
  planned: readonly Point[] = [],
): Point[] {
  function fits(kind: FaultKind, { step }: RunStep): boolean {
    // The step is not awaited: later ones may be sent before it completes.
    if (step === "announce_stop") return kind === "kill before";
    if (kind === "lose the answer" || kind === "end with the answer") return !NO_STATEMENTS.has(step);
    // A worker cannot sleep in a synchronous call; before it has connected it owns nothing.
    if (kind === "sleep") return step !== "check" && step !== "connect";
    // Until the server notices, the lock of a broken connection looks like a re-acquired one.
    return !(kind === "break" && watched);
  }
  const latest = Math.max(-1, ...planned.map((point) => steps.findIndex((step) => isAt(step, point))));
  return steps
    .slice(latest + 1)
    .flatMap((step) => kinds.filter((kind) => fits(kind, step)).map((kind) => ({ ...step, kind })));
}

/**
 * The places between two steps where a pod may be killed: before each, and after each pod's last. "After a step" and "before
 * the next one" are the same place to everything outside the pod, since the pod sends nothing in between.
 */
export function findKillPoints(scenario: Scenario, steps: readonly RunStep[], planned: readonly Point[] = []): Point[] {
  const after = findFaultPoints(scenario, steps, ["kill after"], planned);
  const last = after.filter(({ pod }, index) => after.findLastIndex((point) => point.pod === pod) === index);
  return [...findFaultPoints(scenario, steps, ["kill before"], planned), ...last];
}

/** How often a worker reconnects after a break depends on milliseconds, so some places are reached only after several runs. */
const MAX_RUNS = 5;

/** Runs a plan until every place of it was reached; errors name the plan. */
export async function runPlan(
  world: CrashDatabase,
  runPod: RunPod,
  plan: RunArgs,
  run = 1,
): Promise<readonly RunStep[]> {
  try {
    return await runScenario(world, runPod, plan);
  } catch (error) {
    if (error instanceof FaultNotReachedError && run < MAX_RUNS) return await runPlan(world, runPod, plan, run + 1);
    (error as Error).message = `${describePlan(plan)}: ${(error as Error).message}`;
    throw error;
  }
}

/**
 * Those of a run's steps that other runs of its plan take as well. Whether a worker renews or claims once more depends on milliseconds, and
 * a fault planned at such a step may never be reached.
 */
export async function findRepeatedSteps(
  world: CrashDatabase,
  runPod: RunPod,
  plan: RunArgs,
  steps: readonly RunStep[],
): Promise<readonly RunStep[]> {
  let repeated = steps;
  for (let run = 0; run < 2; run++) {
    const again = await runPlan(world, runPod, plan);
    repeated = repeated.filter((step) => again.some((other) => isAt(other, step)));
  }
  return repeated;
}

/** Runs plans, each in one of the databases; `then` may continue from there. */
export async function runPlans(
  worlds: readonly CrashDatabase[],
  runPod: RunPod,
  plans: readonly RunArgs[],
  then: (world: CrashDatabase, plan: RunArgs, steps: readonly RunStep[]) => Promise<void> = async () => undefined,
): Promise<void> {
  const left = [...plans].reverse();
  const lanes = worlds.map(async (world) => {
    for (let plan = left.pop(); plan; plan = left.pop()) await then(world, plan, await runPlan(world, runPod, plan));
  });
  // The databases are returned, whatever happened in one of them.
  await Promise.allSettled(lanes.map((lane) => lane.catch(() => left.splice(0))));
  await Promise.all(lanes);
}

/** For example `success: kill before load 1 of pod 0, kill after claim 1 of pod 1; then another Job's`. */
function describePlan({ scenario, points, successor, wakes }: RunArgs): string {
  const planned = points.map(({ pod, step, nth, kind }) => `${kind} ${step} ${nth} of pod ${pod}`);
  return `${scenario.name}: ${planned.join(", ") || "nothing"}; then ${successor}${wakes ? `, waking ${wakes}` : ""}`;
}
