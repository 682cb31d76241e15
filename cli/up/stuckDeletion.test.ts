import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Pod } from "./kubernetesObject.ts";
import { stuckNamespace, stuckPod } from "./stuckDeletion.ts";

const DEADLINE = Date.parse("2026-11-26T05:22:00Z");
const metadata = { name: "p", namespace: "n", deletionTimestamp: "2026-11-26T05:22:00Z" };
const POD: Pod = { kind: "Pod", metadata, spec: { nodeName: "two-m02" } };
const CONDITIONS = [
  { type: "NamespaceDeletionDiscoveryFailure", status: "False", reason: "ResourcesDiscovered", message: "all" },
  { type: "NamespaceContentRemaining", status: "True", reason: "SomeResourcesRemain", message: "pods. has 1" },
];

describe("a deletion that does not end", () => {
  test("of a pod is reported 30 s after its grace period, with its node and the command", () => {
    assert.equal(stuckPod(POD, DEADLINE + 30_000, "mine"), undefined);
    const { lines } = stuckPod(POD, DEADLINE + 31_000, "mine") ?? { lines: [] };
    assert.match(lines[0] ?? "", /its node two-m02 does not confirm that/);
    assert.equal(lines[2], "  kubectl --context mine delete pod p -n n --grace-period=0 --force");
  });

  for (const phase of ["Succeeded", "Failed", "Running"]) {
    const reported = phase === "Running" ? "its node" : "its finalizers and the command that removes them";
    test(`of a pod with finalizers in phase ${phase} is reported with ${reported}`, () => {
      const held = { ...POD, metadata: { ...metadata, finalizers: ["a.example/x", "b.example/y"] }, status: { phase } };
      const { lines } = stuckPod(held, DEADLINE + 31_000, "mine") ?? { lines: [] };
      assert.match(lines[0] ?? "", phase === "Running" ? /its node two-m02/ : /: a\.example\/x, b\.example\/y$/);
      if (phase === "Running") return;
      const command = `kubectl --context mine patch pod p -n n --type=merge -p '{"metadata":{"finalizers":null}}'`;
      assert.equal(lines[2], `  ${command}`);
    });
  }

  test("is not reported if nothing is being deleted", () => {
    assert.equal(stuckPod({ ...POD, metadata: { name: "p" } }, DEADLINE + 31_000, "mine"), undefined);
    assert.equal(stuckNamespace({ metadata: { name: "n" } }, DEADLINE + 31_000), undefined);
  });

  test("of a namespace is reported with what remains in it", () => {
    const namespace = { metadata: { ...metadata, name: "n" }, status: { conditions: CONDITIONS } };
    assert.deepEqual(stuckNamespace(namespace, DEADLINE + 31_000)?.lines, [
      "namespace n cannot be deleted yet:",
      "  SomeResourcesRemain: pods. has 1",
    ]);
    assert.equal(stuckNamespace(namespace, DEADLINE), undefined);
  });
});
