import assert from "node:assert/strict";
import { test } from "node:test";
import { type CodeChange, type PROGRAM_KILLS, PROGRAM_STEPS } from "./commandPlan.ts";
import { type CommandWorld, createCommandWorld } from "./commandWorld.ts";
import { COMMAND_MUTANTS, mutate } from "./mutants.ts";
import { Violation } from "./oracle.ts";
import { runCommandPlan } from "./runCommandPlan.ts";

/** The runner without one guarantee: text of commandEnd.ts, and the replacement. */
const CODE_MUTANTS = [
  ["exit 0 after SIGTERM trusted", "if (stop !== undefined) {", "if (stop !== undefined && code !== 0) {"],
  ["a signal treated as an error", `if (signal !== null) return { outcome: "crashed", message };`, ""],
] as const;

/** The first fault that violates a guarantee, and which guarantee. */
async function findViolation(
  world: CommandWorld,
  kills: readonly (typeof PROGRAM_KILLS)[number][],
  change?: CodeChange,
): Promise<string | undefined> {
  for (const at of PROGRAM_STEPS) {
    for (const kill of kills) {
      try {
        await runCommandPlan(world, { fault: { at, kill }, ...(change && { change }) });
      } catch (error) {
        if (!(error instanceof Violation)) throw error;
        return `${kill}, at "${at}": ${error.message}`;
      }
    }
  }
  return undefined;
}

for (const mutant of COMMAND_MUTANTS) {
  test(`${mutant.name}: is detected by a command that outlives its runner`, { timeout: 240_000 }, async (t) => {
    const world = await createCommandWorld(mutate(mutant));
    const found = await findViolation(world, ["runner, waking after", "runner, waking during"]);
    assert.ok(found, "at least one fault must break a guarantee");
    t.diagnostic(found);
  });
}

for (const [name, text, instead] of CODE_MUTANTS) {
  test(`${name}: is detected by a command that is stopped or killed`, { timeout: 240_000 }, async (t) => {
    const change = { file: "worker/src/command/commandEnd.ts", text, instead };
    const found = await findViolation(await createCommandWorld(), ["stop", "command"], change);
    assert.ok(found, "at least one fault must break a guarantee");
    t.diagnostic(found);
  });
}
