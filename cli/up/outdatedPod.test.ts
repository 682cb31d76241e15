import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod, StatefulSet } from "./kubernetesObject.ts";
import { isOutdated } from "./outdatedPod.ts";

const STATEFUL_SETS: StatefulSet[] = [
  { kind: "StatefulSet", metadata: { name: "postgresql" }, status: { updateRevision: "postgresql-79ccd79b8f" } },
];

function pod(revision: string, owner: string, kind = "StatefulSet"): Pod {
  const ownerReferences = [{ kind, name: owner }];
  return { kind: "Pod", metadata: { name: "p", labels: { "controller-revision-hash": revision }, ownerReferences } };
}

for (const [what, candidate, outdated] of [
  ["an earlier revision", pod("postgresql-5587f77885", "postgresql"), true],
  ["the newest revision", pod("postgresql-79ccd79b8f", "postgresql"), false],
  ["an unknown StatefulSet", pod("other-5587f77885", "other"), false],
  ["a DaemonSet", pod("5587f77885", "postgresql", "DaemonSet"), false],
  ["no owner", { kind: "Pod", metadata: { name: "p" } } as const, false],
] as const)
  test(`a pod of ${what} is ${outdated ? "" : "not "}outdated`, () =>
    assert.equal(isOutdated(candidate, STATEFUL_SETS), outdated));
