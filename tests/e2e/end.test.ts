import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";
import { end, type Result } from "./end.ts";

const result: Result = {
  name: "zero",
  claim: "none",
  kept: true,
  numbers: ["0 Jobs", "1\nJob"],
  seconds: 7,
  tables: ["one:\n\n| 1 |"],
};

/** The final steps in order, and the exit code. */
async function happens(results: readonly Result[], keep: boolean, fails?: "destroy" | "remove") {
  const steps: string[] = [];
  const does = (step: "destroy" | "remove") => async () => {
    steps.push(step);
    if (step === fails) throw new Error("pulumi ended with 255");
    return 0;
  };
  const outputs = (["log", "error"] as const).map((name) =>
    mock.method(console, name, (text: string) => steps.push(...text.trim().split("\n").slice(-1))),
  );
  try {
    const exitCode = await end(
      results,
      { destroy: does("destroy"), remove: does("remove") as () => Promise<never> },
      keep,
    );
    return { steps, exitCode };
  } finally {
    for (const output of outputs) output.mock.restore();
  }
}

const ROW = "| ok | zero | none | 0 Jobs, 1 Job | 7 s |";

describe("the end of npm run e2e", () => {
  test("prints the table, then destroys the stack", async () => {
    assert.deepEqual(await happens([result], false), { steps: [ROW, "destroy", "remove"], exitCode: 0 });
  });

  test("does not destroy a stack that is to be kept", async () => {
    assert.deepEqual(await happens([result], true), { steps: [ROW], exitCode: 0 });
  });

  test("exits with 1 if a claim does not hold", async () => {
    assert.equal((await happens([result, { ...result, kept: false }], false)).exitCode, 1);
  });

  for (const step of ["destroy", "remove"] as const) {
    test(`prints the table and the reason, and exits with 1, if the stack's ${step} fails`, async () => {
      const { steps, exitCode } = await happens([result], false, step);
      assert.equal(steps[0], ROW);
      assert.match(steps.at(-1) ?? "", /^cannot destroy the stack, .*: pulumi ended with 255$/);
      assert.equal(exitCode, 1);
    });
  }
});
