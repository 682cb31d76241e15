import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../tests/support/until.ts";
import { Cluster } from "./cluster.ts";

const MISSING = "/nowhere/node";

test("a pod that has ended by itself is not killed, although what it left behind still runs", async () => {
  const cleanup = Promise.withResolvers<void>();
  let ended = false;
  const cluster = new Cluster({
    backoff: { backoffLimit: 0, backoffSeconds: 1 },
    env: {},
    graceSeconds: 1,
    execPrefix: () => ["false"],
    async afterPod() {
      ended = true;
      await cleanup.promise;
    },
    onUnexpectedExit: () => undefined,
  });
  cluster.createJob();
  await until("its process has ended", () => ended);
  assert.equal(cluster.pods.length, 1);
  assert.equal(cluster.killRandomPod(), undefined);
  cleanup.resolve();
  await until("the Job is Failed", () => cluster.jobs[0]?.status === "Failed");
});

for (const [what, args, expected] of [
  ["whose process cannot be started", { execPrefix: () => [MISSING] }, `cannot start ${MISSING}`],
  [
    "whose folder cannot be created",
    {
      podEnv() {
        throw new Error("ENOSPC: no space left on device");
      },
    },
    "ENOSPC",
  ],
] as const) {
  test(`a pod ${what} fails with the reason, and its Job starts another one, up to its limit`, async () => {
    const exits: (readonly [exitCode: number, reason: string])[] = [];
    const cluster = new Cluster({
      backoff: { backoffLimit: 1, backoffSeconds: 0.01 },
      env: {},
      graceSeconds: 1,
      onUnexpectedExit: (_pod, exitCode, tail) => exits.push([exitCode, tail.slice(0, expected.length)]),
      ...args,
    });
    cluster.createJob();
    await until("the Job is Failed", () => cluster.jobs[0]?.status === "Failed");
    assert.deepEqual(exits, [
      [128, expected],
      [128, expected],
    ]);
    assert.deepEqual(cluster.pods, []);
  });
}
