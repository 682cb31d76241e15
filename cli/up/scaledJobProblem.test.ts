import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Condition } from "./kubernetesObject.ts";
import { scaledJobProblem } from "./scaledJobProblem.ts";

const metadata = { namespace: "batches", name: "page" };
const withReady = (condition: Omit<Condition, "type">) => ({
  metadata,
  status: { conditions: [{ type: "Ready", ...condition }] },
});

describe("a ScaledJob", () => {
  test("has no problem once it is Ready", () => {
    assert.equal(scaledJobProblem(withReady({ status: "True" })), undefined);
  });

  for (const status of [undefined, {}, { conditions: [] }])
    test(`with ${JSON.stringify(status)} as its status was not processed by KEDA's operator, which ends the wait`, () => {
      const problem = scaledJobProblem({ metadata, ...(status && { status }) });
      assert.equal(problem?.subject, "ScaledJob batches/page");
      assert.match(problem?.message ?? "", /operator has not processed it/);
      assert.match(problem?.advice ?? "", /must run, and watch the namespace batches/);
      assert.ok(Number.isFinite(problem?.limitSeconds));
    });

  test("that is not Ready has KEDA's reason, and does not end the wait for others", () => {
    const problem = scaledJobProblem(
      withReady({ status: "False", reason: "ScaledJobCheckFailed", message: "Failed to ping PostgreSQL" }),
    );
    assert.equal(`${problem?.reason}: ${problem?.message}`, "ScaledJobCheckFailed: Failed to ping PostgreSQL");
    assert.equal(problem?.limitSeconds, Number.POSITIVE_INFINITY);
  });
});
