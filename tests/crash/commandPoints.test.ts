import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sample } from "../support/sample.ts";
import { type CommandFault, PROGRAM_KILLS, PROGRAM_STEPS } from "./commandPlan.ts";
import { createCommandWorld } from "./commandWorld.ts";
import { runCommandPlan } from "./runCommandPlan.ts";

const world = await createCommandWorld();
const untouched = await runCommandPlan(world, {});

/** The runner's statements, except for reports after the first, whose number depends on timing. */
const statements = untouched.flatMap((step) => {
  const [, name = "", nth] = /^runner: (\w+) (\d+)$/.exec(step) ?? [];
  return nth === undefined || (name === "report" && nth !== "1") ? [] : [{ step: name, nth: Number(nth) }];
});

const WHEN = ["kill before", "kill after"] as const;

async function runAll(faults: readonly CommandFault[]): Promise<void> {
  assert.ok(faults.length > 0);
  for (const fault of sample(faults, 2)) {
    try {
      await runCommandPlan(world, { fault });
    } catch (error) {
      (error as Error).message = `${JSON.stringify(fault)}: ${(error as Error).message}`;
      throw error;
    }
  }
}

describe("a command: nothing lost, each effect once, attempts true", { timeout: 1_200_000 }, () => {
  test("without a fault it takes every step of the contract once", () => {
    const steps = untouched.filter((step) => !/^runner|continues/.test(step));
    const expected = PROGRAM_STEPS.map((step) => `1: ${step}`);
    assert.deepEqual(steps, expected);
    assert.ok(statements.some(({ step }) => step === "report"));
  });

  for (const kill of PROGRAM_KILLS) {
    const what = {
      "runner, waking during": "its runner killed, and awake while the next attempt works,",
      "runner, waking after": "its runner killed, and awake when the next attempt has ended,",
      command: "killed",
      both: "killed with its runner",
      stop: "stopped",
    }[kill];
    test(`${what} at every step of the contract`, async () => {
      await runAll(PROGRAM_STEPS.map((at) => ({ at, kill })));
    });
  }

  for (const kill of ["runner", "both"] as const) {
    test(`its runner killed before and after every statement${kill === "both" ? ", with the command" : ""}`, async () => {
      const places = statements.flatMap((id) => WHEN.map((when) => ({ ...id, when })));
      await runAll(places.map((at) => ({ at, kill })));
    });
  }
});
