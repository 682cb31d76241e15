import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { output } from "@pulumi/pulumi";
import { podRule } from "./podRules.ts";

function problems(pod: unknown, command = false): string[] {
  const found: string[] = [];
  podRule(command)("pod", pod, found);
  return found;
}

const PVC = { name: "data", persistentVolumeClaim: { claimName: "data" } };

describe("pod", () => {
  const right: Record<string, object> = {
    nothing: {},
    metadata: {
      labels: { team: "shop", "shop.example/cost-center": "a_1.b" },
      annotations: { "karpenter.sh/do-not-disrupt": "false" },
    },
    identity: { serviceAccountName: "pages", imagePullSecrets: ["registry"], runAsUser: 65_532 },
    environment: { env: { MODE: "fast", DATABASE_URL: output("x") }, envFromSecrets: [{ name: "a", prefix: "A_" }] },
    storage: { volumes: [PVC], volumeMounts: [{ name: "data", mountPath: "/data", readOnly: true }] },
    placement: {
      nodeSelector: { "kubernetes.io/arch": "arm64" },
      tolerations: [{ operator: "Exists" }],
      affinity: { nodeAffinity: {} },
      topologySpreadConstraints: [],
      priorityClassName: "system-cluster-critical",
      runtimeClassName: "gvisor",
    },
    devices: { resources: { limits: { cpu: "2", "nvidia.com/gpu": "1" }, requests: { "ephemeral-storage": "1Gi" } } },
    "a patch": { podSpecPatch: { dnsPolicy: "None" } },
  };
  for (const [what, pod] of Object.entries(right)) test(`may be ${what}`, () => assert.deepEqual(problems(pod), []));

  const wrong: Record<string, readonly [pod: unknown, says: string]> = {
    "a list": [[], "pod must be an object"],
    "an unknown key": [{ nodeselector: {} }, 'got "nodeselector"'],
    "a label that is KEDA's": [
      { labels: { "scaledjob.keda.sh/name": "x" } },
      'the key "scaledjob.keda.sh/name" of pod.labels',
    ],
    "a label that pods are found by": [{ labels: { "app.kubernetes.io/name": "x" } }, "app.kubernetes.io/name"],
    "a label's value that is none": [{ labels: { a: "b c" } }, "pod.labels.a must be a label's value"],
    "a number as a label's value": [{ labels: { a: 1 } }, "pod.labels.a must be"],
    "an annotation of Pulumi": [{ annotations: { "pulumi.com/waitFor": "x" } }, "those control how Pulumi waits"],
    "a number as an annotation": [{ annotations: { a: 1 } }, "pod.annotations.a must be a text"],
    "a service account that is no name": [{ serviceAccountName: "A b" }, "pod.serviceAccountName must be"],
    "the worker's variable": [{ env: { PGPASSWORD: "geheim" } }, 'the key "PGPASSWORD" of pod.env'],
    "a variable of the contract": [{ env: { BATCH_TOKEN: "x" } }, 'the key "BATCH_TOKEN" of pod.env'],
    "a number as a variable": [
      { env: { A: 5 } },
      "pod.env.A must be a text (a variable's value; quote a number); got a number",
    ],
    "a variable whose name is none": [{ env: { "a b": "x" } }, 'the key "a b" of pod.env'],
    "a Secret by its bare name": [{ envFromSecrets: ["a"] }, "pod.envFromSecrets[0] must be an object"],
    "a Secret without a name": [{ envFromSecrets: [{ prefix: "A_" }] }, "pod.envFromSecrets[0].name must be"],
    "a volume that is the worker's": [{ volumes: [{ name: "ca", emptyDir: {} }] }, "pod.volumes[0].name must be"],
    "a volume without a name": [{ volumes: [{ emptyDir: {} }] }, "pod.volumes[0].name must be"],
    "two volumes of one name": [{ volumes: [PVC, PVC] }, 'got "data" twice'],
    "a mount without its volume": [
      { volumeMounts: [{ name: "x", mountPath: "/x" }] },
      "pod.volumeMounts must name a volume of pod.volumes",
    ],
    "a mount over the runner": [
      { volumes: [PVC], volumeMounts: [{ name: "data", mountPath: "/batch/lib" }] },
      "pod.volumeMounts[0].mountPath",
    ],
    "a mount over the worker": [
      { volumes: [PVC], volumeMounts: [{ name: "data", mountPath: "/app" }] },
      "pod.volumeMounts[0].mountPath",
    ],
    "a mount at a relative path": [
      { volumes: [PVC], volumeMounts: [{ name: "data", mountPath: "x" }] },
      "pod.volumeMounts[0].mountPath",
    ],
    "a node label that is none": [{ nodeSelector: { a: true } }, "pod.nodeSelector.a must be"],
    "a toleration that is no object": [{ tolerations: ["all"] }, "pod.tolerations[0] must be an object"],
    "an affinity that is no object": [{ affinity: [] }, "pod.affinity must be an object"],
    "CPU that a setting says": [{ resources: { requests: { cpu: "1" } } }, 'the key "cpu" of pod.resources.requests'],
    "memory that a setting says": [
      { resources: { limits: { memory: "1Gi" } } },
      'the key "memory" of pod.resources.limits',
    ],
    "an amount that is a number": [
      { resources: { limits: { "nvidia.com/gpu": 1 } } },
      "pod.resources.limits.nvidia.com/gpu must be",
    ],
    "a pull Secret that is an object": [{ imagePullSecrets: [{ name: "a" }] }, "pod.imagePullSecrets[0] must be"],
    root: [{ runAsUser: 0 }, "pod.runAsUser must be a whole number from 1 to 2147483647"],
    "a patch of what the worker relies on": [
      { podSpecPatch: { restartPolicy: "OnFailure" } },
      "pod.podSpecPatch must not change restartPolicy",
    ],
  };
  for (const [what, [pod, says]] of Object.entries(wrong)) {
    test(`may not be ${what}: one message names it`, () => {
      const [message = "", ...others] = problems(pod);
      assert.deepEqual(others, []);
      assert.ok(message.includes(says), message);
    });
  }

  test("no message shows a variable's value, which may be a password", () => {
    for (const pod of [{ env: { PGPASSWORD: "geheim" } }, { env: "geheim" }, { env: ["geheim"] }, "geheim"]) {
      assert.equal(problems(pod).length, 1);
      assert.ok(!problems(pod).join().includes("geheim"));
    }
  });
});
