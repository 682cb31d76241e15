import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubernetesObject } from "../cluster.ts";
import { nodesThatPulled } from "./pulls.ts";

function event(host: string, message: string, reason = "Pulled"): KubernetesObject {
  const metadata = { name: "e", uid: "e", creationTimestamp: "2026-01-01T00:00:00Z" };
  return { kind: "Event", metadata, reason, message, source: { component: "kubelet", host } };
}

test("the nodes that have pulled an image are those whose kubelets report a pull, not those that already had it", () => {
  const events = [
    event("two-m02", 'Successfully pulled image "r/worker:a1" in 2s (2s including waiting). Image size: 1 bytes.'),
    event("two", 'Successfully pulled image "r/worker:a1" in 1s (1s including waiting). Image size: 1 bytes.'),
    event("two", 'Successfully pulled image "r/worker:a1" in 1s (1s including waiting). Image size: 1 bytes.'),
    event("three", 'Container image "r/worker:a1" already present on machine'),
    event("four", 'Successfully pulled image "r/worker-runner:a1" in 1s'),
    event("five", 'Pulling image "r/worker:a1"', "Pulling"),
  ];
  assert.deepEqual(nodesThatPulled(events, "r/worker"), ["two", "two-m02"]);
});
