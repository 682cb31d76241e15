import assert from "node:assert/strict";
import { test } from "node:test";
import { CrashDatabase } from "./crashDatabase.ts";
import { findFaultPoints, findKillPoints, runPlan } from "./explore.ts";
import { inProcessPods } from "./inProcessPod.ts";
import { MUTANTS, type Mutant, mutate } from "./mutants.ts";
import { Violation } from "./oracle.ts";
import { NEXT_PODS, type RunArgs } from "./run.ts";
import { SCENARIOS } from "./scenarios.ts";

const sound = await CrashDatabase.create();

/** Every plan with one fault, at points derived from the original SQL. */
async function* plans(): AsyncGenerator<RunArgs> {
  for (const scenario of SCENARIOS) {
    const [successor] = NEXT_PODS;
    const steps = await runPlan(sound, inProcessPods(), { scenario, points: [], successor });
    for (const point of findKillPoints(scenario, steps)) yield { scenario, points: [point], successor };
    for (const point of findFaultPoints(scenario, steps, ["sleep"])) {
      yield { scenario, points: [point], successor, wakes: "during" };
    }
    for (const point of findFaultPoints(scenario, steps, ["lose the answer"]))
      yield { scenario, points: [point], successor };
  }
}

/** The first plan in which the mutant violates a guarantee, and which guarantee. */
async function caught(mutant: Mutant): Promise<string | undefined> {
  const world = await CrashDatabase.create(mutate(mutant));
  for await (const plan of plans()) {
    try {
      await runPlan(world, inProcessPods(), plan);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      return error.message;
    }
  }
  return undefined;
}

for (const mutant of MUTANTS) {
  test(`${mutant.name}: is detected by the crash points`, { timeout: 120_000 }, async (t) => {
    const found = await caught(mutant);
    assert.ok(found, "at least one crash point must break a guarantee");
    t.diagnostic(`${mutant.name} is caught by ${found}`);
  });
}
