import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { output } from "@pulumi/pulumi";
import { configProblems } from "../tests/support/pulumi/configProblems.ts";
import { ruleProblems } from "../tests/support/pulumi/problems.ts";
import { patchedResources } from "./patchedResources.ts";

const patch = (resources: object) => ({ podSpecPatch: { containers: [{ resources }] } });
const BATCH = { kind: "page", table: "pages", memory: "1Gi" };
const at = "pod.podSpecPatch.containers[0].resources";

describe("a patch of the work's resources", () => {
  test("may lower a request of the batch, and add a device", () => {
    const pod = patch({ requests: { memory: "512Mi" }, limits: { cpu: 1, "nvidia.com/gpu": "1" } });
    assert.deepEqual(configProblems({ batches: [{ ...BATCH, pod }] }), []);
  });

  test("may have exponents, which Kubernetes accepts", () => {
    const pod = patch({ limits: { memory: "2e9", "hugepages-2Mi": "2.097152e6", "nvidia.com/gpu": "1e0" } });
    assert.deepEqual(configProblems({ batches: [{ ...BATCH, pod }] }), []);
  });

  test("may request a device whose limit is known only during the deployment", () => {
    const limits = { "a/b": "1" };
    for (const resources of [{ limits: output(limits) }, output({ limits })]) {
      const pod = { resources, ...patch({ requests: limits }) };
      assert.deepEqual(ruleProblems(patchedResources, "", { pod }), []);
    }
  });

  const wrong: Record<string, object> = {
    [`${at}.limits.memory must be at least the request (Kubernetes refuses such pods); got "1Gi" and "2Gi"`]: {
      requests: { memory: "2Gi" },
    },
    [`${at}.limits.memory must be at least the request (Kubernetes refuses such pods); got "512Mi" and "1Gi"`]: {
      limits: { memory: "512Mi" },
    },
    [`${at}.limits.cpu must be at least the request (Kubernetes refuses such pods); got "10m" and "50m"`]: {
      limits: { cpu: "10m" },
    },
    [`${at}.limits.nvidia.com/gpu must be the same as in requests (no pod gets more); got nothing and 1`]: {
      requests: { "nvidia.com/gpu": 1 },
    },
    [`${at}.limits.memory must be at least the request (Kubernetes refuses such pods); got "1e9" and "2e9"`]: {
      requests: { memory: "2e9" },
      limits: { memory: "1e9" },
    },
    [`${at}.limits.nvidia.com/gpu must be the same as in requests (no pod gets more); got 2 and 1`]: {
      requests: { "nvidia.com/gpu": 1 },
      limits: { "nvidia.com/gpu": 2 },
    },
    [`${at}.limits.hugepages-2Mi must be the same as in requests (no pod gets more); got "8Mi" and "4Mi"`]: {
      requests: { "hugepages-2Mi": "4Mi" },
      limits: { "hugepages-2Mi": "8Mi" },
    },
    [`${at}: nvidia.com/gpu must be a whole number (devices are not divided); got "0.5"`]: {
      limits: { "nvidia.com/gpu": "0.5" },
    },
  };
  for (const [message, resources] of Object.entries(wrong))
    test(`is refused with one message: ${message}`, () =>
      assert.deepEqual(configProblems({ batches: [{ ...BATCH, pod: patch(resources) }] }), [message]));
});
