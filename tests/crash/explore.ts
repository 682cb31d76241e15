import type { RunPod } from "./pod.ts";
import { type Point, type RunArgs, type RunStep, runScenario, UnreachedError } from "./run.ts";
import type { Scenario } from "./scenarios.ts";
import type { FaultKind } from "./steps.ts";
import type { World } from "./world.ts";

const NO_STATEMENTS = new Set(["connect", "check", "run", "close"]);

/** Every place of a run where a fault of these kinds may come, after the latest of what is planned already. */
export function pointsOf(
  { watched }: Scenario,
  steps: readonly RunStep[],
  kinds: readonly FaultKind[],
  planned: readonly Point[] = [],
): Point[] {
  function fits(kind: FaultKind, { step }: RunStep): boolean {
    if (kind === "lose the answer") return !NO_STATEMENTS.has(step);
    // A worker cannot sleep in a call that is no promise; before it has connected it is nobody.
    if (kind === "sleep") return step !== "check" && step !== "connect";
    // Until the server notices, the lock of a broken connection looks like one that was taken back.
    return !(kind === "break" && watched);
  }
  const latest = Math.max(-1, ...planned.map((point) => steps.findIndex((step) => isAt(step, point))));
  return steps
    .slice(latest + 1)
    .flatMap((step) => kinds.filter((kind) => fits(kind, step)).map((kind) => ({ ...step, kind })));
}

/**
 * The places between two steps where a pod may be killed: before each, and after each pod's last. After a step and before
 * the next one are the same place for everybody but the pod, since nothing leaves it in between.
 */
export function gapsOf(scenario: Scenario, steps: readonly RunStep[], planned: readonly Point[] = []): Point[] {
  const after = pointsOf(scenario, steps, ["kill after"], planned);
  const last = after.filter(({ pod }, index) => after.findLastIndex((point) => point.pod === pod) === index);
  return [...pointsOf(scenario, steps, ["kill before"], planned), ...last];
}

/** How often a worker connects again after a break is a matter of milliseconds, so a place may need some runs to be come to. */
const MOST_RUNS = 5;

/** Runs a plan until every place of it has been come to; what it throws says which plan it was. */
export async function carryOut(world: World, runPod: RunPod, plan: RunArgs, run = 1): Promise<readonly RunStep[]> {
  try {
    return await runScenario(world, runPod, plan);
  } catch (error) {
    if (error instanceof UnreachedError && run < MOST_RUNS) return await carryOut(world, runPod, plan, run + 1);
    (error as Error).message = `${describePlan(plan)}: ${(error as Error).message}`;
    throw error;
  }
}

/** Carries plans out in as many worlds as there are, each in one of them; `then` may go on from there. */
export async function carryOutAll(
  worlds: readonly World[],
  runPod: RunPod,
  plans: readonly RunArgs[],
  then: (world: World, plan: RunArgs, steps: readonly RunStep[]) => Promise<void> = async () => undefined,
): Promise<void> {
  const left = [...plans].reverse();
  const lanes = worlds.map(async (world) => {
    for (let plan = left.pop(); plan; plan = left.pop()) await then(world, plan, await carryOut(world, runPod, plan));
  });
  // The worlds are free again, whatever one of them has met.
  await Promise.allSettled(lanes.map((lane) => lane.catch(() => left.splice(0))));
  await Promise.all(lanes);
}

/** As in `success: kill before load 1 of pod 0, kill after claim 1 of pod 1; then another Job's`. */
function describePlan({ scenario, points, successor, wakes }: RunArgs): string {
  const planned = points.map(({ pod, step, nth, kind }) => `${kind} ${step} ${nth} of pod ${pod}`);
  return `${scenario.name}: ${planned.join(", ") || "nothing"}; then ${successor}${wakes ? `, waking ${wakes}` : ""}`;
}

function isAt(step: RunStep, point: Point): boolean {
  return step.pod === point.pod && step.step === point.step && step.nth === point.nth;
}
