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
  for (const [what, pod] of Object.entries(right))
    test(`may contain ${what}`, () => assert.deepEqual(problems(pod), []));

  const wrong: Record<string, readonly [pod: unknown, says: string]> = {
    "a list instead of an object": [[], "pod must be an object"],
    "an unknown key": [{ nodeselector: {} }, 'got "nodeselector"'],
    "a label reserved for KEDA": [
      { labels: { "scaledjob.keda.sh/name": "x" } },
      'the key "scaledjob.keda.sh/name" of pod.labels',
    ],
    "the label that selects the pods": [{ labels: { "app.kubernetes.io/name": "x" } }, "app.kubernetes.io/name"],
    "an invalid label value": [{ labels: { a: "b c" } }, "pod.labels.a must be a label value"],
    "a number as a label value": [{ labels: { a: 1 } }, "pod.labels.a must be"],
    "an annotation reserved for Pulumi": [
      { annotations: { "pulumi.com/waitFor": "x" } },
      "they control how Pulumi waits",
    ],
    "a number as an annotation": [{ annotations: { a: 1 } }, "pod.annotations.a must be a string"],
    "an invalid service account name": [{ serviceAccountName: "A b" }, "pod.serviceAccountName must be"],
    "a variable reserved for the worker": [{ env: { PGPASSWORD: "geheim" } }, 'the key "PGPASSWORD" of pod.env'],
    "a variable of the commands' contract": [{ env: { BATCH_TOKEN: "x" } }, 'the key "BATCH_TOKEN" of pod.env'],
    "a number as a variable": [
      { env: { A: 5 } },
      "pod.env.A must be a string (a variable's value; quote numbers); got a number",
    ],
    "an invalid variable name": [{ env: { "a b": "x" } }, 'the key "a b" of pod.env'],
    "a Secret by its bare name": [{ envFromSecrets: ["a"] }, "pod.envFromSecrets[0] must be an object"],
    "a Secret without a name": [{ envFromSecrets: [{ prefix: "A_" }] }, "pod.envFromSecrets[0].name must be"],
    "a volume reserved for the worker": [{ volumes: [{ name: "ca", emptyDir: {} }] }, "pod.volumes[0].name must be"],
    "a volume without a name": [{ volumes: [{ emptyDir: {} }] }, "pod.volumes[0].name must be"],
    "two volumes with the same name": [{ volumes: [PVC, PVC] }, 'got "data" twice'],
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
    "an invalid node label": [{ nodeSelector: { a: true } }, "pod.nodeSelector.a must be"],
    "a toleration that is not an object": [{ tolerations: ["all"] }, "pod.tolerations[0] must be an object"],
    "an affinity that is not an object": [{ affinity: [] }, "pod.affinity must be an object"],
    "a CPU request, which the setting cpu sets": [
      { resources: { requests: { cpu: "1" } } },
      'the key "cpu" of pod.resources.requests',
    ],
    "a memory limit, which the setting memory sets": [
      { resources: { limits: { memory: "1Gi" } } },
      'the key "memory" of pod.resources.limits',
    ],
    "a quantity that is a number": [
      { resources: { limits: { "nvidia.com/gpu": 1 } } },
      "pod.resources.limits.nvidia.com/gpu must be",
    ],
    "a pull Secret that is an object": [{ imagePullSecrets: [{ name: "a" }] }, "pod.imagePullSecrets[0] must be"],
    "the root user": [{ runAsUser: 0 }, "pod.runAsUser must be a whole number from 1 to 2147483647"],
    "a patch of a field that the worker relies on": [
      { podSpecPatch: { restartPolicy: "OnFailure" } },
      "pod.podSpecPatch must not change restartPolicy",
    ],
  };
  for (const [what, [pod, says]] of Object.entries(wrong)) {
    test(`may not contain ${what}: one message names it`, () => {
      const [message = "", ...others] = problems(pod);
      assert.deepEqual(others, []);
      assert.ok(message.includes(says), message);
    });
  }

  test("never shows a variable's value, which may be a password", () => {
    for (const pod of [{ env: { PGPASSWORD: "geheim" } }, { env: "geheim" }, { env: ["geheim"] }, "geheim"]) {
      assert.equal(problems(pod).length, 1);
      assert.ok(!problems(pod).join().includes("geheim"));
    }
  });
});
