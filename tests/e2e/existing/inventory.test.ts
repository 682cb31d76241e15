import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KubernetesObject } from "../cluster.ts";
import { differences, toInventory } from "./inventory.ts";

function deployment(name: string, spec: object, metadata: object = {}, status: object = {}): KubernetesObject {
  const creationTimestamp = "2026-01-01T00:00:00Z";
  return {
    kind: "Deployment",
    metadata: { name, namespace: "keda", uid: name, creationTimestamp, ...metadata },
    spec,
    status,
  };
}

const BEFORE = toInventory([deployment("a", { replicas: 1 }), deployment("b", { replicas: 1 })]);

describe("the difference of two inventories", () => {
  test("is empty if only the status and the server's own counters have changed", () => {
    const counters = { resourceVersion: "7", managedFields: [{ manager: "kubelet" }] };
    const after = [deployment("a", { replicas: 1 }, counters, { ready: 1 }), deployment("b", { replicas: 1 })];
    assert.deepEqual(differences(BEFORE, toInventory(after)), []);
  });

  for (const [what, metadata] of Object.entries({
    "another object of the same name": { uid: "other" },
    "a change that was taken back": { generation: 3 },
    "a label": { labels: { team: "x" } },
  })) {
    test(`is ${what}`, () => {
      const after = [deployment("a", { replicas: 1 }, metadata), deployment("b", { replicas: 1 })];
      assert.deepEqual(differences(BEFORE, toInventory(after)), ["Deployment keda/a has changed"]);
    });
  }

  test("lists missing, new and changed objects", () => {
    const after = [deployment("a", { replicas: 2 }), deployment("c", {})];
    assert.deepEqual(differences(BEFORE, toInventory(after)), [
      "Deployment keda/b is missing",
      "Deployment keda/a has changed",
      "Deployment keda/c is new",
    ]);
  });
});
