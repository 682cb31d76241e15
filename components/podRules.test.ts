import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { output } from "@pulumi/pulumi";
import { assertOneProblem, podProblems } from "../tests/support/pulumi/problems.ts";

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
    "mounts of volumes whose names are outputs": {
      volumes: [{ name: output("data"), emptyDir: {} }, output({ name: "more", emptyDir: {} })],
      volumeMounts: [MOUNT, { name: "more", mountPath: "/more" }],
    },
    "spreading over zones": {
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "DoNotSchedule" },
      ],
    },
    "equal requests and limits of devices": { resources: { limits: { "a/b": "2" }, requests: { "a/b": "2" } } },
    "a patch": { podSpecPatch: { dnsPolicy: "Default" } },
  };
  for (const [what, pod] of Object.entries(right))
    test(`may contain ${what}`, () => assert.deepEqual(podProblems(pod), []));

  const wrong: Record<string, unknown> = {
    "pod must be an object": [],
    'got "nodeselector"': { nodeselector: {} },
    'the key "scaledjob.keda.sh/name" of pod.labels': { labels: { "scaledjob.keda.sh/name": "x" } },
    "app.kubernetes.io/name": { labels: { "app.kubernetes.io/name": "x" } },
    "pod.labels.a must be a label value": { labels: { a: "b c" } },
    "pod.labels.a must be": { labels: { a: 1 } },
    "they control how Pulumi waits": { annotations: { "pulumi.com/waitFor": "x" } },
    "pod.annotations.a must be a string": { annotations: { a: 1 } },
    'pod.serviceAccountName must be a name of a-z, 0-9, "-" and "." (at most 253, and "-" and "." only between others) (a service account in the namespace of the batches); got "A b"':
      { serviceAccountName: "A b" },
    'the key "PGPASSWORD" of pod.env': { env: { PGPASSWORD: "geheim" } },
    'the key "BATCH_TOKEN" of pod.env': { env: { BATCH_TOKEN: "x" } },
    "pod.env.A must be a string (a variable's value; quote numbers); got a number": { env: { A: 5 } },
    'the key "__proto__" of pod.env': { env: JSON.parse('{ "__proto__": "x" }') },
    'the key "a b" of pod.env': { env: { "a b": "x" } },
    "pod.env.A must be at most 131069 bytes (Linux starts no program with a longer": { env: { A: "é".repeat(65_535) } },
    "pod.envFromSecrets[0] must be an object": { envFromSecrets: ["a"] },
    "pod.envFromSecrets[0].name must be": { envFromSecrets: [{ prefix: "A_" }] },
    'pod.volumes[0].name must be a volume name other than ca, runner, files, tmp (they are reserved for the worker); got "ca"':
      { volumes: [{ name: "ca", emptyDir: {} }] },
    "pod.volumes[0].name must be a volume name other than ca, runner, files, tmp (they are reserved for the worker); got nothing":
      { volumes: [{ emptyDir: {} }] },
    'got "data" twice': { volumes: [PVC, PVC] },
    "pod.volumeMounts must name a volume of pod.volumes": { volumeMounts: [{ name: "x", mountPath: "/x" }] },
    ...Object.fromEntries(
      ["/batch/lib", "/app", "x", "//batch", "/x/../batch", "/a:b"].map((mountPath) => [
        `pod.volumeMounts[0].mountPath must be an absolute path without : that is not reserved for the worker (/batch, /run/batch, /app/batch and /etc/postgresql-ca are reserved); got "${mountPath}"`,
        { volumes: [PVC], volumeMounts: [{ name: "data", mountPath }] },
      ]),
    ),
    'pod.volumeMounts must have different paths (one would hide the other); got "/d" twice': {
      volumes: [PVC],
      volumeMounts: [MOUNT, MOUNT],
    },
    'got "/d" twice': { volumes: [PVC], volumeMounts: [MOUNT, { ...MOUNT, mountPath: "/d/" }] },
    "pod.volumeMounts[0].readOnly must be true with recursiveReadOnly Enabled (Kubernetes' rule); got false": {
      volumes: [PVC],
      volumeMounts: [{ ...MOUNT, recursiveReadOnly: "Enabled" }],
    },
    'pod.volumes[0].hostPath.type must be Directory, DirectoryOrCreate, File, FileOrCreate, Socket, CharDevice or BlockDevice (what must be there); got "Folder"':
      { volumes: [{ name: "data", hostPath: { path: "/d", type: "Folder" } }] },
    "pod.tolerations[0] must have a key, or the operator Exists (all taints); got neither": {
      tolerations: [{ operator: "Equal", value: "a" }],
    },
    'got "readonly"': { volumes: [PVC], volumeMounts: [{ ...MOUNT, readonly: true }] },
    // Kubernetes would take both for an empty folder.
    'got "persistentVolumeClam"': { volumes: [{ name: "data", persistentVolumeClam: {} }] },
    "pod.volumes[0] must have one source": { volumes: [{ name: "data" }] },
    "pod.volumes[0] must have one source (what is mounted); got persistentVolumeClaim and emptyDir": {
      volumes: [{ ...PVC, emptyDir: {} }],
    },
    'got "name"': { volumes: [{ name: "a", secret: { secretName: "s", name: "s" } }] },
    "pod.volumes[0].persistentVolumeClaim.claimName must be": { volumes: [{ name: "a", persistentVolumeClaim: {} }] },
    'pod.tolerations[0].operator must be Exists or Equal (how the value is compared); got "Equals"': {
      tolerations: [{ key: "a", operator: "Equals" }],
    },
    'got "efect"': { tolerations: [{ key: "a", efect: "NoSchedule" }] },
    "pod.tolerations[0] must have a key": { tolerations: [{ effect: "NoSchedule" }] },
    "pod.tolerations[0].value must come without": { tolerations: [{ key: "a", operator: "Exists", value: "b" }] },
    "pod.tolerations[0].tolerationSeconds must come with the effect NoExecute": {
      tolerations: [{ key: "a", effect: "NoSchedule", tolerationSeconds: 5 }],
    },
    'got "nodeAfinity"': { affinity: { nodeAfinity: {} } },
    "a key of pod.affinity.nodeAffinity must be one of requiredDuring": {
      affinity: { nodeAffinity: { required: {} } },
    },
    "pod.topologySpreadConstraints[0].whenUnsatisfiable must be": {
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: "zone" }],
    },
    'the key "a..b/c" of pod.labels': { labels: { "a..b/c": "x" } },
    'pod.serviceAccountName must be a name of a-z, 0-9, "-" and "." (at most 253, and "-" and "." only between others) (a service account in the namespace of the batches); got "a..b"':
      { serviceAccountName: "a..b" },
    'the key "gpu" of pod.resources.limits': { resources: { limits: { gpu: "1" } } },
    'a/b must be a whole number (devices are not divided); got "0.5"': { resources: { limits: { "a/b": "0.5" } } },
    'pod.resources.limits.a/b must be the same as in requests (no pod gets more); got "1" and "2"': {
      resources: { requests: { "a/b": "2" }, limits: { "a/b": "1" } },
    },
    'got nothing and "2"': { resources: { requests: { "a/b": "2" } } },
    'pod.resources.limits.ephemeral-storage must be at least the request (Kubernetes refuses such pods); got "1Gi" and "2Gi"':
      { resources: { requests: { "ephemeral-storage": "2Gi" }, limits: { "ephemeral-storage": "1Gi" } } },
    "pod.nodeSelector.a must be": { nodeSelector: { a: true } },
    "pod.nodeSelector.kubernetes.io/os must be linux": { nodeSelector: { "kubernetes.io/os": "windows" } },
    "pod.podSpecPatch must not change nodeSelector.kubernetes.io/os (the worker and the runner are programs for Linux)":
      { podSpecPatch: { nodeSelector: { "kubernetes.io/os": "windows" } } },
    "pod.podSpecPatch must not change os.name (the worker and the runner are programs for Linux)": {
      podSpecPatch: { os: { name: "windows" } },
    },
    "pod.tolerations[0] must be an object": { tolerations: ["all"] },
    "pod.affinity must be an object": { affinity: [] },
    // A CPU request, which the setting cpu sets.
    'the key "cpu" of pod.resources.requests must be a resource name other than cpu and memory: ephemeral-storage, or one with a prefix':
      { resources: { requests: { cpu: "1" } } },
    // A memory limit, which the setting memory sets.
    'the key "memory" of pod.resources.limits': { resources: { limits: { memory: "1Gi" } } },
    "pod.resources.limits.nvidia.com/gpu must be": { resources: { limits: { "nvidia.com/gpu": 1 } } },
    "pod.imagePullSecrets[0] must be": { imagePullSecrets: [{ name: "a" }] },
    'must have different names (Kubernetes\' rule); got "a" twice': { imagePullSecrets: ["a", "b", "a"] },
    "pod.runAsUser must be a whole number from 1 to 2147483647": { runAsUser: 0 },
    "pod.podSpecPatch must not change restartPolicy": { podSpecPatch: { restartPolicy: "OnFailure" } },
  };
  for (const [says, pod] of Object.entries(wrong))
    test(`refuses a mistake with one message: ${says}`, () => assertOneProblem(podProblems(pod), says));

  const sidecar = {
    name: "proxy",
    image: "proxy:1",
    restartPolicy: "Always",
    readinessProbe: { exec: { command: ["a"] } },
  };
  const podSpecPatch = {
    volumes: [{ name: "more", emptyDir: {} }],
    imagePullSecrets: [{ name: "registry" }],
    containers: [{ env: [{ name: "A", value: "a" }], volumeMounts: [{ name: "more", mountPath: "/more" }] }],
    initContainers: [sidecar],
  };
  for (const path of places(podSpecPatch))
    test(`a patch may have an output of another resource as ${path.join(".")}`, () =>
      assert.deepEqual(podProblems({ podSpecPatch: withOutput(podSpecPatch, path) }), []));

  test("never shows a variable's value, which may be a password", () => {
    for (const pod of [{ env: { PGPASSWORD: "geheim" } }, { env: "geheim" }, { env: ["geheim"] }, "geheim"]) {
      assert.equal(podProblems(pod).length, 1);
      assert.ok(!podProblems(pod).join().includes("geheim"));
    }
  });
});

/** The path of everything in a value. */
function places(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...places(inner).map((path) => [key, ...path])]);
}

/** The value with an output instead of what is at the path. */
function withOutput(value: unknown, [key, ...path]: readonly string[]): unknown {
  if (key === undefined) return output(value);
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === key ? withOutput(item, path) : item));
  const fields = value as Record<string, unknown>;
  return { ...fields, [key]: withOutput(fields[key], path) };
}
