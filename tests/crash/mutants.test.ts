import assert from "node:assert/strict";
import { test } from "node:test";
import { sample } from "../support/sample.ts";
import { createCrashDatabase } from "./crashDatabase.ts";
import { findFaultPoints, findKillPoints, runPlan } from "./explore.ts";
import { inProcessPods } from "./inProcessPod.ts";
import { MUTANTS, mutate, type ScenarioMutant } from "./mutants.ts";
import { Violation } from "./oracle.ts";
import { NEXT_PODS, type RunArgs } from "./run.ts";
import { SCENARIOS, type Scenario } from "./scenarios.ts";

const sound = await createCrashDatabase();

/** Every plan of a scenario with one fault, at points derived from the original SQL. */
async function plan(scenario: Scenario): Promise<readonly RunArgs[]> {
  const [successor] = NEXT_PODS;
  const steps = await runPlan(sound, inProcessPods(), { scenario, points: [], successor });
  const sleeps = findFaultPoints(scenario, steps, ["sleep"]);
  const lost = findFaultPoints(scenario, steps, ["lose the answer"]);
  return [
    ...findKillPoints(scenario, steps).map((point) => ({ scenario, points: [point], successor })),
    ...sleeps.map((point) => ({ scenario, points: [point], successor, wakes: "during" as const })),
    ...lost.map((point) => ({ scenario, points: [point], successor })),
  ];
}

/** The first plan in which the mutant violates a guarantee, and which guarantee. */
async function caught(mutant: ScenarioMutant): Promise<string | undefined> {
  const world = await createCrashDatabase(mutate(mutant));
  const first = SCENARIOS.filter(({ name }) => name === mutant.scenario);
  for (const scenario of new Set([...first, ...SCENARIOS])) {
    for (const args of await plan(scenario)) {
      try {
        await runPlan(world, inProcessPods(), args);
      } catch (error) {
        if (!(error instanceof Violation)) throw error;
        return error.message;
      }
    }
  }
  return undefined;
}

for (const mutant of sample(MUTANTS, 5)) {
  test(`${mutant.name}: is detected by the crash points`, { timeout: 120_000 }, async (t) => {
    const found = await caught(mutant);
    assert.ok(found, "at least one crash point must break a guarantee");
    assert.doesNotMatch(found, / ended by a bug: /, "the mutant's own SQL must run");
    t.diagnostic(`${mutant.name} is caught by ${found}`);
  });
}
