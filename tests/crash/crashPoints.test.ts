import { after, before, describe, test } from "node:test";
import { sample } from "../support/sample.ts";
import { runPodProcess } from "./childProcessPod.ts";
import { type CrashDatabase, createCrashDatabase } from "./crashDatabase.ts";
import { findFaultPoints, findKillPoints, findRepeatedSteps, runPlan, runPlans } from "./explore.ts";
import { inProcessPods } from "./inProcessPod.ts";
import { NEXT_PODS, type RunArgs, type RunStep } from "./run.ts";
import { SCENARIOS, type Scenario } from "./scenarios.ts";

const worlds = await Promise.all(Array.from({ length: 4 }, () => createCrashDatabase()));
const here = inProcessPods();
const [NEXT_POD, , AFTER_A_POLL] = NEXT_PODS;

/** Printed at the end: the number of each scenario's runs, by kind. */
const table: Record<string, unknown>[] = [];
after(() => console.table(table));

const plan = (scenario: Scenario, points: RunArgs["points"], successor: RunArgs["successor"] = NEXT_POD) => ({
  scenario,
  points,
  successor,
});

/** Where to kill a second pod in the runs of a plan, given the steps of one of them. */
async function findSecondKills(world: CrashDatabase, args: RunArgs, steps: readonly RunStep[]) {
  const repeated = await findRepeatedSteps(world, here, args, steps);
  return sample(findKillPoints(args.scenario, repeated, args.points), 2);
}

/** Others that act while a process works would need a signal when to do so: the pairs test that. */
const unwatched = SCENARIOS.filter(({ watched }) => !watched);
const withProcesses = sample(unwatched, 4);

for (const scenario of SCENARIOS) {
  describe(`${scenario.name}: nothing lost, limits kept, history complete and true`, { timeout: 1_200_000 }, () => {
    const counts: Record<string, unknown> = { scenario: scenario.name };
    table.push(counts);
    /** The steps without faults, from which every point is derived. */
    let steps: readonly RunStep[];
    before(async () => {
      steps = await runPlan(worlds[0] as CrashDatabase, here, plan(scenario, []));
    });

    if (withProcesses.includes(scenario)) {
      test("a real process killed before and after every step", async () => {
        const points = sample(findFaultPoints(scenario, steps, ["kill before", "kill after"]), 2);
        const plans = points.map((point) => plan(scenario, [point]));
        counts.steps = steps.length;
        counts.processes = plans.length;
        await runPlans(worlds, runPodProcess, plans);
      });
    }

    test("two pods killed, at every pair of steps, whichever Job's pod is next", async () => {
      const firstPoints = sample(findKillPoints(scenario, steps), 2);
      let pairs = 0;
      let kills = 0;
      await runPlans(
        worlds,
        here,
        NEXT_PODS.flatMap((successor) => firstPoints.map((point) => plan(scenario, [point], successor))),
        async (world, args, after) => {
          kills++;
          const { points, successor } = args;
          // After two kills the poll makes no difference that it did not make after one.
          if (successor === AFTER_A_POLL) return;
          for (const second of await findSecondKills(world, args, after)) {
            await runPlan(world, here, plan(scenario, [...points, second], successor));
            pairs++;
          }
        },
      );
      Object.assign(counts, { kills, pairs });
    });

    test("a worker whose connection breaks, alone or together with an answer, or which is asked to stop, at every step", async () => {
      const points = sample(findFaultPoints(scenario, steps, ["break", "end with the answer", "stop"]), 4);
      const plans = points.map((point) => plan(scenario, [point]));
      counts["breaks, stops"] = plans.length;
      await runPlans(worlds, here, plans);
    });

    test("a statement answered twice: every answer lost once, then a kill at every later step", async () => {
      const lost = sample(findFaultPoints(scenario, steps, ["lose the answer"]), 2);
      let pairs = 0;
      await runPlans(
        worlds,
        here,
        lost.map((point) => plan(scenario, [point])),
        async (world, args, after) => {
          for (const second of await findSecondKills(world, args, after)) {
            await runPlan(world, here, plan(scenario, [...args.points, second]));
            pairs++;
          }
        },
      );
      Object.assign(counts, { "answers lost": lost.length, "answers lost, then kills": pairs });
    });

    test("a worker presumed dead at every step, which resumes while its successor works, or later, and writes", async () => {
      const sleeps = findFaultPoints(scenario, steps, ["sleep"]);
      const plans = NEXT_PODS.flatMap((successor) => {
        const all = sleeps.flatMap((point) =>
          (["during", "after"] as const).map((wakes) => ({ ...plan(scenario, [point], successor), wakes })),
        );
        // The first step during the successor's work, and the last one after it.
        return sample(all, 2);
      });
      counts.sleeps = plans.length;
      await runPlans(worlds, here, plans);
    });
  });
}
