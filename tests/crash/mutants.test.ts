import assert from "node:assert/strict";
import { test } from "node:test";
import { carryOut, gapsOf, pointsOf } from "./explore.ts";
import { Violation } from "./ledger.ts";
import { MUTANTS, type Mutant, mutate } from "./mutants.ts";
import { podsHere } from "./podHere.ts";
import { type RunArgs, SUCCESSORS } from "./run.ts";
import { SCENARIOS } from "./scenarios.ts";
import { World } from "./world.ts";

const sound = await World.create();

/** Every plan with one fault, its points derived from the sound SQL. */
async function* plans(): AsyncGenerator<RunArgs> {
  for (const scenario of SCENARIOS) {
    const [successor] = SUCCESSORS;
    const steps = await carryOut(sound, podsHere(), { scenario, points: [], successor });
    for (const point of gapsOf(scenario, steps)) yield { scenario, points: [point], successor };
    for (const point of pointsOf(scenario, steps, ["sleep"])) {
      yield { scenario, points: [point], successor, wakes: "during" };
    }
    for (const point of pointsOf(scenario, steps, ["lose the answer"])) yield { scenario, points: [point], successor };
  }
}

/** The first plan that the mutant breaks a guarantee in, and which guarantee. */
async function caught(mutant: Mutant): Promise<string | undefined> {
  const world = await World.create(mutate(mutant));
  for await (const plan of plans()) {
    try {
      await carryOut(world, podsHere(), plan);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      return error.message;
    }
  }
  return undefined;
}

for (const mutant of MUTANTS) {
  test(`${mutant.name}: the crash points see it`, { timeout: 120_000 }, async (t) => {
    const found = await caught(mutant);
    assert.ok(found, "at least one crash point must break a guarantee");
    t.diagnostic(`${mutant.name} is caught by ${found}`);
  });
}
