import { after, describe, test } from "node:test";
import { carryOut, carryOutAll, gapsOf, pointsOf } from "./explore.ts";
import { podsHere } from "./podHere.ts";
import { runPodProcess } from "./podProcess.ts";
import { type RunArgs, SUCCESSORS } from "./run.ts";
import { SCENARIOS, type Scenario } from "./scenarios.ts";
import { World } from "./world.ts";

const worlds = await Promise.all(Array.from({ length: 4 }, () => World.create()));
const here = podsHere();
const [NEXT_POD, , WITH_A_LOOK] = SUCCESSORS;

/** What is printed at the end: how many runs each scenario was, and of which kind. */
const table: Record<string, unknown>[] = [];
after(() => console.table(table));

/** The steps of the scenario when nothing is done to it: what every point is derived from. */
const untouched = (scenario: Scenario) => carryOut(worlds[0] as World, here, plan(scenario, []));

const plan = (scenario: Scenario, points: RunArgs["points"], successor: RunArgs["successor"] = NEXT_POD) => ({
  scenario,
  points,
  successor,
});

for (const scenario of SCENARIOS) {
  describe(`${scenario.name}: nothing lost, budgets right, history complete and true`, { timeout: 300_000 }, () => {
    const counts: Record<string, unknown> = { scenario: scenario.name };
    table.push(counts);

    // Others who come while a process works would have to be told when: it is left to the pairs.
    if (!scenario.watched) {
      test("a real process killed before and after every step", async () => {
        const steps = await untouched(scenario);
        const plans = pointsOf(scenario, steps, ["kill before", "kill after"]).map((point) => plan(scenario, [point]));
        counts.steps = steps.length;
        counts.processes = plans.length;
        await carryOutAll(worlds, runPodProcess, plans);
      });
    }

    test("two pods killed, at every pair of steps, whoever comes next", async () => {
      const steps = await untouched(scenario);
      const firsts = gapsOf(scenario, steps);
      let pairs = 0;
      let singles = 0;
      await carryOutAll(
        worlds,
        here,
        SUCCESSORS.flatMap((successor) => firsts.map((point) => plan(scenario, [point], successor))),
        async (world, { points, successor }, after) => {
          singles++;
          // With two kills the look makes no difference that it has not made after one.
          if (successor === WITH_A_LOOK) return;
          for (const second of gapsOf(scenario, after, points)) {
            await carryOut(world, here, plan(scenario, [...points, second], successor));
            pairs++;
          }
        },
      );
      Object.assign(counts, { kills: singles, pairs });
    });

    test("a worker whose connection breaks, or which is asked to stop, at every step", async () => {
      const points = pointsOf(scenario, await untouched(scenario), ["break", "stop"]);
      const plans = points.map((point) => plan(scenario, [point]));
      counts["breaks, stops"] = plans.length;
      await carryOutAll(worlds, here, plans);
    });

    test("a statement answered twice: every answer lost once, then a kill at every later step", async () => {
      const lost = pointsOf(scenario, await untouched(scenario), ["lose the answer"]);
      let pairs = 0;
      await carryOutAll(
        worlds,
        here,
        lost.map((point) => plan(scenario, [point])),
        async (world, { points }, after) => {
          for (const second of gapsOf(scenario, after, points)) {
            await carryOut(world, here, plan(scenario, [...points, second]));
            pairs++;
          }
        },
      );
      Object.assign(counts, { "answers lost": lost.length, "answers lost, then kills": pairs });
    });

    test("a worker taken for dead at every step, which wakes while its successor works, or later, and writes", async () => {
      const sleeps = pointsOf(scenario, await untouched(scenario), ["sleep"]);
      const plans = SUCCESSORS.flatMap((successor) =>
        sleeps.flatMap((point) =>
          (["during", "after"] as const).map((wakes) => ({ ...plan(scenario, [point], successor), wakes })),
        ),
      );
      counts.sleeps = plans.length;
      await carryOutAll(worlds, here, plans);
    });
  });
}
