import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KubernetesEvent, Pod } from "./kubernetesObject.ts";
import { isOwnCreator, isOwnPod, podNamespaces } from "./ownPods.ts";
import { parseStackState, type StackState } from "./stackState.ts";

const STATE: StackState = {
  ...parseStackState("{}"),
  namespaces: ["keda"],
  releases: [
    { namespace: "shop", name: "my-release" },
    { namespace: "keda", name: "keda" },
  ],
  jobs: [{ namespace: "shop", name: "schema-migration-1" }],
  ownsKeda: true,
};

function pod(namespace: string, labels: Record<string, string> = {}): Pod {
  return { kind: "Pod", metadata: { namespace, name: "p", labels } };
}

function event(kind: string, namespace: string, name: string): KubernetesEvent {
  return { kind: "Event", involvedObject: { kind, namespace, name } };
}

describe("in a namespace that others created", () => {
  test("the stack's pods are found, too", () => {
    assert.deepEqual(podNamespaces(STATE), ["keda", "shop"]);
  });

  for (const [what, candidate, own] of [
    ["of its release", pod("shop", { "app.kubernetes.io/instance": "my-release" }), true],
    ["of its Job", pod("shop", { "batch.kubernetes.io/job-name": "schema-migration-1" }), true],
    ["of another release", pod("shop", { "app.kubernetes.io/instance": "web" }), false],
    ["of another namespace's release", pod("web", { "app.kubernetes.io/instance": "my-release" }), false],
    ["without labels", pod("shop"), false],
    ["in a namespace that the stack created", pod("keda"), true],
  ] as const)
    test(`a pod ${what} is ${own ? "" : "not "}the stack's`, () => assert.equal(isOwnPod(candidate, STATE), own));

  for (const [candidate, own] of [
    [event("StatefulSet", "shop", "my-release-postgresql"), true],
    [event("StatefulSet", "shop", "web"), false],
    [event("ReplicaSet", "keda", "anything"), true],
    [event("Job", "shop", "schema-migration-1"), true],
    [event("Job", "keda", "postgres-batch-x"), false],
    [event("Pod", "keda", "p"), false],
  ] as const) {
    const { kind, namespace, name } = candidate.involvedObject ?? {};
    test(`the ${kind} ${namespace}/${name} is ${own ? "" : "not "}the stack's`, () => {
      assert.equal(isOwnCreator(candidate, STATE), own);
    });
  }
});
