import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { output } from "@pulumi/pulumi";
import { podRule } from "./podRules.ts";

function problems(pod: unknown, command = false): string[] {
  const found: string[] = [];
  podRule(command)("pod", pod, found);
  return found;
}

const MOUNT = { name: "data", mountPath: "/d" };
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
    "a taint with a value": {
      tolerations: [{ key: "a.b/c", operator: "Equal", value: "x", effect: "NoExecute", tolerationSeconds: 5 }],
    },
    "outputs in volumes and tolerations": {
      tolerations: [{ key: output("a"), effect: output("NoExecute"), tolerationSeconds: 5 }],
      volumes: [{ name: output("v"), secret: output({ secretName: "s" }) }],
    },
    "spreading over zones": {
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "DoNotSchedule" },
      ],
    },
    "equal requests and limits of devices": { resources: { limits: { "a/b": "2" }, requests: { "a/b": "2" } } },
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
    ...Object.fromEntries(
      ["//batch", "/x/../batch", "/a:b"].map((mountPath) => [
        `a mount at ${mountPath}`,
        [{ volumes: [PVC], volumeMounts: [{ name: "data", mountPath }] }, "pod.volumeMounts[0].mountPath"],
      ]),
    ),
    "two mounts at one path": [
      { volumes: [PVC], volumeMounts: [MOUNT, MOUNT] },
      'pod.volumeMounts must have different paths (one would hide the other); got "/d" twice',
    ],
    "a misspelled key of a mount": [{ volumes: [PVC], volumeMounts: [{ ...MOUNT, readonly: true }] }, 'got "readonly"'],
    // Kubernetes would take both for an empty folder.
    "a volume with a misspelled source": [
      { volumes: [{ name: "data", persistentVolumeClam: {} }] },
      'got "persistentVolumeClam"',
    ],
    "a volume without a source": [{ volumes: [{ name: "data" }] }, "pod.volumes[0] must have one source"],
    "a volume with two sources": [
      { volumes: [{ ...PVC, emptyDir: {} }] },
      "pod.volumes[0] must have one source (what is mounted); got persistentVolumeClaim and emptyDir",
    ],
    "a Secret's volume by another key": [
      { volumes: [{ name: "a", secret: { secretName: "s", name: "s" } }] },
      'got "name"',
    ],
    "a claim's volume without the claim": [
      { volumes: [{ name: "a", persistentVolumeClaim: {} }] },
      "pod.volumes[0].persistentVolumeClaim.claimName must be",
    ],
    "an unknown operator of a toleration": [
      { tolerations: [{ key: "a", operator: "Equals" }] },
      'pod.tolerations[0].operator must be Exists or Equal (how the value is compared); got "Equals"',
    ],
    "a misspelled key of a toleration": [{ tolerations: [{ key: "a", efect: "NoSchedule" }] }, 'got "efect"'],
    "a toleration of nothing": [{ tolerations: [{ effect: "NoSchedule" }] }, "pod.tolerations[0] must have a key"],
    "a toleration that compares no value": [
      { tolerations: [{ key: "a", operator: "Exists", value: "b" }] },
      "pod.tolerations[0].value must come without",
    ],
    "a toleration that waits for nothing": [
      { tolerations: [{ key: "a", effect: "NoSchedule", tolerationSeconds: 5 }] },
      "pod.tolerations[0].tolerationSeconds must come with the effect NoExecute",
    ],
    "a misspelled affinity": [{ affinity: { nodeAfinity: {} } }, 'got "nodeAfinity"'],
    "a misspelled term of an affinity": [
      { affinity: { nodeAffinity: { required: {} } } },
      "a key of pod.affinity.nodeAffinity must be one of requiredDuring",
    ],
    "an incomplete spread constraint": [
      { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: "zone" }] },
      "pod.topologySpreadConstraints[0].whenUnsatisfiable must be",
    ],
    "a label with an invalid prefix": [{ labels: { "a..b/c": "x" } }, 'the key "a..b/c" of pod.labels'],
    "a name with an empty part": [{ serviceAccountName: "a..b" }, "pod.serviceAccountName must be"],
    "a resource without a prefix": [{ resources: { limits: { gpu: "1" } } }, 'the key "gpu" of pod.resources.limits'],
    "a fraction of a device": [
      { resources: { limits: { "a/b": "0.5" } } },
      'a/b must be a whole number (devices are not divided); got "0.5"',
    ],
    "more devices requested than the limit": [
      { resources: { requests: { "a/b": "2" }, limits: { "a/b": "1" } } },
      'pod.resources.limits.a/b must be the same as in requests (no pod gets more); got "1" and "2"',
    ],
    "a device without a limit": [{ resources: { requests: { "a/b": "2" } } }, 'got nothing and "2"'],
    "more disk requested than the limit": [
      { resources: { requests: { "ephemeral-storage": "2Gi" }, limits: { "ephemeral-storage": "1Gi" } } },
      'pod.resources.limits.ephemeral-storage must be at least what requests has (Kubernetes refuses such pods); got "1Gi" and "2Gi"',
    ],
    "an invalid node label": [{ nodeSelector: { a: true } }, "pod.nodeSelector.a must be"],
    "nodes that the worker cannot run on": [
      { nodeSelector: { "kubernetes.io/os": "windows" } },
      "pod.nodeSelector.kubernetes.io/os must be linux",
    ],
    "nodes of another system by a patch": [
      { podSpecPatch: { nodeSelector: { "kubernetes.io/os": "windows" } } },
      "pod.podSpecPatch must not change nodeSelector.kubernetes.io/os (the worker and the runner are programs for Linux)",
    ],
    "pods of another system": [
      { podSpecPatch: { os: { name: "windows" } } },
      "pod.podSpecPatch must not change os.name (the worker and the runner are programs for Linux)",
    ],
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
