import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { assertOneProblem, onlyProblem, podProblems } from "../tests/support/pulumi/problems.ts";

const problems = (podSpecPatch: unknown) => podProblems({ podSpecPatch });

const PROXY = { name: "proxy", image: "proxy:1" };

describe("values within a podSpecPatch", () => {
  test("may be everything that Kubernetes accepts", () => {
    const sidecar = {
      ...PROXY,
      restartPolicy: "Always",
      env: [
        { name: "a.b-C_1", value: "" },
        ...["metadata.labels['app']", "spec.nodeName", "status.podIPs"].map((fieldPath, index) => ({
          name: `FIELD_${index}`,
          valueFrom: { fieldRef: { fieldPath } },
        })),
        { name: "MEMORY", valueFrom: { resourceFieldRef: { resource: "limits.memory", divisor: "1Mi" } } },
      ],
      ports: [{ containerPort: 65_535, name: "http-1" }],
      resources: { requests: { cpu: 1, memory: "1.5Gi" }, limits: { cpu: null, "nvidia.com/gpu": 1 } },
      startupProbe: { httpGet: { path: "/", port: "http-1", scheme: "HTTPS" }, periodSeconds: 0, timeoutSeconds: 5 },
      securityContext: { runAsUser: 0, runAsGroup: 5, runAsNonRoot: false },
      readinessProbe: null,
    };
    assert.deepEqual(problems({ initContainers: [sidecar], containers: [{ ports: null }] }), []);
    const files = { items: [{ key: "..a", path: "b/c", mode: 0o644 }], defaultMode: 0o400 };
    const attributes = { path: "/x", mode: "0755", key: "a b" };
    const pod = {
      hostname: "worker-1",
      dnsPolicy: "None",
      dnsConfig: { nameservers: ["10.0.0.10", "fd00::1"], options: [{ name: "edns0" }], searches: null },
      hostAliases: [{ ip: "10.0.0.1", hostnames: ["db", "db.example"] }],
      preemptionPolicy: "Never",
      securityContext: { fsGroup: 5, fsGroupChangePolicy: "OnRootMismatch", runAsUser: null },
      volumes: [
        { name: "a", secret: { secretName: "a", ...files } },
        { name: "b", projected: { sources: [{ configMap: { name: "b", items: files.items } }], defaultMode: null } },
        { name: "c", csi: { driver: "c.example", volumeAttributes: attributes } },
        { name: "d", hostPath: { path: "/d" } },
        { name: "e", emptyDir: { medium: "Memory", sizeLimit: 1_000_000 } },
        { name: "f", configMap: { name: "f", optional: null } },
      ],
    };
    assert.deepEqual(problems(pod), []);
  });

  const wrong: Record<string, object> = {
    "initContainers[0].name must be 1 to 63 characters": { name: "Proxy" },
    "env[0].name must be a variable's name": { env: [{ name: "a b", value: "geheim" }] },
    "ports[0].containerPort must be a whole number from 1 to 65535 (a TCP port); got 65536": {
      ports: [{ containerPort: 65_536 }],
    },
    "ports[0].name must be a port's name of at most 15 characters": {
      ports: [{ containerPort: 1, name: "a".repeat(16) }],
    },
    "startupProbe.httpGet.port must be a whole number from 1 to 65535": {
      startupProbe: { httpGet: { path: "/", port: 0 } },
    },
    "startupProbe.tcpSocket.port must be a port's name": { startupProbe: { tcpSocket: { port: "8080" } } },
    'resources.limits.memory must be a Kubernetes quantity (500m, 2, 1Gi); got "1GB"': {
      resources: { limits: { memory: "1GB" } },
    },
    "resources.limits.cpu must be a Kubernetes quantity (500m, 2, 1Gi); got -1": { resources: { limits: { cpu: -1 } } },
    'resources.limits.cpu must be a Kubernetes quantity (500m, 2, 1Gi); got ""': { resources: { limits: { cpu: "" } } },
    'the key "gpu" of pod.podSpecPatch.initContainers[0].resources.limits must be cpu, memory, ephemeral-storage, or a resource name':
      { resources: { limits: { gpu: 1 } } },
    "env[0].valueFrom.fieldRef.fieldPath must be metadata.name": {
      env: [{ name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodename" } } }],
    },
    "env[0].valueFrom.resourceFieldRef.resource must be limits. or requests.": {
      env: [{ name: "CPUS", valueFrom: { resourceFieldRef: { resource: "cpu" } } }],
    },
    'securityContext.seccompProfile.type must be RuntimeDefault, Localhost or Unconfined (the profile that restricts system calls or files); got "runtime/default"':
      { securityContext: { seccompProfile: { type: "runtime/default" } } },
    "initContainers[0].image must be an image reference": { image: " proxy:1" },
    "env[0].value must have no zero byte": { env: [{ name: "A", value: "ge\0heim" }] },
    'ports[0].protocol must be TCP, UDP or SCTP (the port\'s protocol); got "tcp"': {
      ports: [{ containerPort: 1, protocol: "tcp" }],
    },
    "volumeMounts[0].subPath must be a relative path without ..": {
      volumeMounts: [{ name: "tmp", mountPath: "/t", subPath: "/a" }],
    },
    "terminationMessagePolicy must be File or FallbackToLogsOnError": { terminationMessagePolicy: "Log" },
    "securityContext.runAsUser must be a whole number from 0 to 2147483647": { securityContext: { runAsUser: -1 } },
    'httpGet.scheme must be HTTP or HTTPS (how the probe asks); got "https"': {
      restartPolicy: "Always",
      readinessProbe: { httpGet: { port: 1, scheme: "https" } },
    },
    "readinessProbe.periodSeconds must be a whole number from 0": {
      restartPolicy: "Always",
      readinessProbe: { exec: {}, periodSeconds: -1 },
    },
  };
  const wrongPods: Record<string, object> = {
    'dnsConfig.nameservers[0] must be an IP address (Kubernetes\' rule); got "dns"': {
      dnsConfig: { nameservers: ["dns"] },
    },
    "dnsConfig.options[0].name must be an option's name": { dnsConfig: { options: [{ name: "" }] } },
    'hostAliases[0].ip must be an IP address (Kubernetes\' rule); got "db"': {
      hostAliases: [{ ip: "db", hostnames: ["a"] }],
    },
    "hostAliases[0].hostnames[0] must be a name of a-z": { hostAliases: [{ ip: "10.0.0.1", hostnames: ["a b"] }] },
    'preemptionPolicy must be Never or PreemptLowerPriority (whether other pods make room); got "no"': {
      preemptionPolicy: "no",
    },
    "securityContext.fsGroup must be a whole number from 0": { securityContext: { fsGroup: -1 } },
    "securityContext.fsGroupChangePolicy must be Always or OnRootMismatch": {
      securityContext: { fsGroupChangePolicy: "No" },
    },
    "hostname must be 1 to 63 characters": { hostname: "My_Worker" },
    'securityContext.appArmorProfile.type must be RuntimeDefault, Localhost or Unconfined (the profile that restricts system calls or files); got "localhost"':
      { securityContext: { appArmorProfile: { type: "localhost" } } },
    'volumes[0].emptyDir.medium must be Memory, or HugePages-SIZE (the disk is the default); got "memory"': {
      volumes: [{ name: "a", emptyDir: { medium: "memory" } }],
    },
    'volumes[0].emptyDir.sizeLimit must be a Kubernetes quantity (500m, 2, 1Gi); got "1GB"': {
      volumes: [{ name: "a", emptyDir: { sizeLimit: "1GB" } }],
    },
    "volumes[0].secret.secretName must be a name of a-z": { volumes: [{ name: "a", secret: { secretName: "A_B" } }] },
    "volumes[0].hostPath.path must be an absolute path": { volumes: [{ name: "a", hostPath: { path: "data" } }] },
    "volumes[0].secret.defaultMode must be a whole number from 0 to 511 (a file mode: 0644 in YAML, which is 420); got 644":
      { volumes: [{ name: "a", secret: { secretName: "a", defaultMode: 644 } }] },
  };
  for (const [says, patch] of Object.entries(wrongPods)) {
    test(`refuses a mistake with one message: ${says}`, () => {
      const message = onlyProblem(problems(patch));
      assert.ok(message.startsWith(`pod.podSpecPatch.${says}`), message);
    });
  }

  for (const [says, changed] of Object.entries(wrong))
    test(`refuses a mistake with one message: ${says}`, () =>
      assertOneProblem(problems({ initContainers: [{ ...PROXY, ...changed }] }), says));
});
