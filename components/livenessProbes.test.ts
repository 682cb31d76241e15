import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { livenessProbes } from "./livenessProbes.ts";

describe("livenessProbes", () => {
  const { startupProbe, livenessProbe } = livenessProbes(4_242, 30);

  test("ask the worker by HTTP on its port, and wait 5 s for its answer", () => {
    for (const probe of [startupProbe, livenessProbe])
      assert.partialDeepStrictEqual(probe, {
        httpGet: { path: "/postgres-batch/alive", port: 4_242 },
        timeoutSeconds: 5,
      });
  });

  test("end a worker that does not answer for a minute, and give one that still works 10 s to record its attempt", () => {
    assert.partialDeepStrictEqual(livenessProbe, {
      periodSeconds: 10,
      failureThreshold: 6,
      terminationGracePeriodSeconds: 10,
    });
  });

  test("leave a worker alone that has never answered", () => {
    assert.partialDeepStrictEqual(startupProbe, { failureThreshold: 2 ** 31 - 1 });
    assert.ok(!("terminationGracePeriodSeconds" in (startupProbe ?? {})));
  });

  test("give no more time than the worker has when it is asked to stop", () => {
    assert.partialDeepStrictEqual(livenessProbes(4_242, 3).livenessProbe, { terminationGracePeriodSeconds: 3 });
  });

  test("are none without a port", () => assert.deepEqual(livenessProbes(0, 30), {}));
});
