import assert from "node:assert/strict";
import { test } from "node:test";
import { type CodeChange, type PROGRAM_KILLS, PROGRAM_STEPS } from "./commandPlan.ts";
import { type CommandWorld, createCommandWorld } from "./commandWorld.ts";
import { COMMAND_MUTANTS, mutate } from "./mutants.ts";
import { Violation } from "./oracle.ts";
import { runCommandPlan } from "./runCommandPlan.ts";

/** The runner without one guarantee. */
const CODE_MUTANTS: readonly { readonly name: string; readonly change: CodeChange }[] = [
  {
    name: "exit 0 after SIGTERM trusted",
    change: {
      file: "worker/src/command/commandEnd.ts",
      text: "if (stop !== undefined) {",
      instead: "if (stop !== undefined && code !== 0) {",
    },
  },
  {
    name: "a signal treated as an error",
    change: {
      file: "worker/src/command/commandEnd.ts",
      text: `if (signal !== null) return { outcome: "crashed", message };`,
      instead: "",
    },
  },
];

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

for (const { name, change } of CODE_MUTANTS) {
  test(`${name}: is detected by a command that is stopped or killed`, { timeout: 240_000 }, async (t) => {
    const found = await findViolation(await createCommandWorld(), ["stop", "command"], change);
    assert.ok(found, "at least one fault must break a guarantee");
    t.diagnostic(found);
  });
}
