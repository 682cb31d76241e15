import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hasReadyPod, KEDA_FINALIZER, removeFinalizer, waitsForKeda } from "./kedaFinalizer.ts";
import type { Pod } from "./kubernetesObject.ts";

const DELETED = { deletionTimestamp: "2026-11-26T05:22:00Z" };

const scaledJob = (metadata: { readonly finalizers?: string[]; readonly deletionTimestamp?: string }) => ({
  kind: "ScaledJob",
  metadata: { name: "postgres-batch", namespace: "n", ...metadata },
});

const pod = (ready: string, deletion: object = {}): Pod => ({
  kind: "Pod",
  metadata: { name: "keda-operator", ...deletion },
  status: { conditions: [{ type: "Ready", status: ready }] },
});

describe("KEDA's finalizer", () => {
  for (const [what, object, waits] of [
    ["deleted and has it", scaledJob({ finalizers: ["foregroundDeletion", KEDA_FINALIZER], ...DELETED }), true],
    ["not deleted", scaledJob({ finalizers: [KEDA_FINALIZER] }), false],
    ["deleted and waits for its Jobs", scaledJob({ finalizers: ["foregroundDeletion"], ...DELETED }), false],
    ["deleted and has none", scaledJob(DELETED), false],
  ] as const)
    test(`${waits ? "keeps" : "does not keep"} an object that is ${what}`, () =>
      assert.equal(waitsForKeda(object), waits));

  test("is removed alone, and only if the finalizers are still the same", () => {
    const args = removeFinalizer(scaledJob({ finalizers: ["other", KEDA_FINALIZER], ...DELETED }));
    assert.deepEqual(args.slice(0, -1), ["patch", "scaledjob.keda.sh/postgres-batch", "-n", "n", "--type=json", "-p"]);
    assert.deepEqual(JSON.parse(args.at(-1) ?? ""), [
      { op: "test", path: "/metadata/finalizers/1", value: "finalizer.keda.sh" },
      { op: "remove", path: "/metadata/finalizers/1" },
    ]);
  });

  for (const [what, pods, runs] of [
    ["no pod", [], false],
    ["a pod that is not ready", [pod("False")], false],
    ["a pod that has not started", [{ ...pod("True"), status: {} }], false],
    ["a ready pod that is being deleted", [pod("True", DELETED)], false],
    ["a ready pod beside another", [pod("False"), pod("True")], true],
  ] as const)
    test(`is ${runs ? "" : "not "}removed by an operator with ${what}`, () => assert.equal(hasReadyPod(pods), runs));
});
