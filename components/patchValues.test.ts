import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { podRule } from "./podRules.ts";

function problems(podSpecPatch: unknown): string[] {
  const found: string[] = [];
  podRule(false)("pod", { podSpecPatch }, found);
  return found;
}

const PROXY = { name: "proxy", image: "proxy:1" };

describe("values within a podSpecPatch", () => {
  test("may be everything that Kubernetes accepts", () => {
    const sidecar = {
      ...PROXY,
      restartPolicy: "Always",
      env: [{ name: "a.b-C_1", value: "" }],
      ports: [{ containerPort: 65_535, name: "http-1" }],
      resources: { requests: { cpu: 1, memory: "1.5Gi" }, limits: { cpu: null } },
      startupProbe: { httpGet: { path: "/", port: "http-1", scheme: "HTTPS" }, periodSeconds: 0, timeoutSeconds: 5 },
      securityContext: { runAsUser: 0, runAsGroup: 5, runAsNonRoot: false },
      readinessProbe: null,
    };
    assert.deepEqual(problems({ initContainers: [sidecar], containers: [{ ports: null }] }), []);
    const files = { items: [{ key: "..a", path: "b/c", mode: 0o644 }], defaultMode: 0o400 };
    const attributes = { path: "/x", mode: "0755", key: "a b" };
    const pod = {
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
      ],
    };
    assert.deepEqual(problems(pod), []);
  });

  const wrong: readonly (readonly [says: string, container: object])[] = [
    ["initContainers[0].name must be 1 to 63 characters", { name: "Proxy" }],
    ["env[0].name must be a variable's name", { env: [{ name: "a b", value: "geheim" }] }],
    [
      "ports[0].containerPort must be a whole number from 1 to 65535 (a TCP port); got 65536",
      { ports: [{ containerPort: 65_536 }] },
    ],
    [
      "ports[0].name must be a port's name of at most 15 characters",
      { ports: [{ containerPort: 1, name: "a".repeat(16) }] },
    ],
    [
      "startupProbe.httpGet.port must be a whole number from 1 to 65535",
      { startupProbe: { httpGet: { path: "/", port: 0 } } },
    ],
    ["startupProbe.tcpSocket.port must be a port's name", { startupProbe: { tcpSocket: { port: "8080" } } }],
    [
      'resources.limits.memory must be a Kubernetes quantity (500m, 2, 1Gi); got "1GB"',
      { resources: { limits: { memory: "1GB" } } },
    ],
    [
      "resources.limits.cpu must be a Kubernetes quantity (500m, 2, 1Gi); got -1",
      { resources: { limits: { cpu: -1 } } },
    ],
    [
      'resources.limits.cpu must be a Kubernetes quantity (500m, 2, 1Gi); got ""',
      { resources: { limits: { cpu: "" } } },
    ],
    ["initContainers[0].image must be an image reference", { image: " proxy:1" }],
    ["env[0].value must have no zero byte", { env: [{ name: "A", value: "ge\0heim" }] }],
    [
      'ports[0].protocol must be TCP, UDP or SCTP (the port\'s protocol); got "tcp"',
      { ports: [{ containerPort: 1, protocol: "tcp" }] },
    ],
    [
      "volumeMounts[0].subPath must be a relative path without ..",
      { volumeMounts: [{ name: "tmp", mountPath: "/t", subPath: "/a" }] },
    ],
    ["terminationMessagePolicy must be File or FallbackToLogsOnError", { terminationMessagePolicy: "Log" }],
    ["securityContext.runAsUser must be a whole number from 0 to 2147483647", { securityContext: { runAsUser: -1 } }],
    [
      'httpGet.scheme must be HTTP or HTTPS (how the probe asks); got "https"',
      { restartPolicy: "Always", readinessProbe: { httpGet: { port: 1, scheme: "https" } } },
    ],
    [
      "readinessProbe.periodSeconds must be a whole number from 0",
      { restartPolicy: "Always", readinessProbe: { exec: {}, periodSeconds: -1 } },
    ],
  ];
  const wrongPods: readonly (readonly [says: string, patch: object])[] = [
    [
      'dnsConfig.nameservers[0] must be an IP address (Kubernetes\' rule); got "dns"',
      { dnsConfig: { nameservers: ["dns"] } },
    ],
    ["dnsConfig.options[0].name must be an option's name", { dnsConfig: { options: [{ name: "" }] } }],
    [
      'hostAliases[0].ip must be an IP address (Kubernetes\' rule); got "db"',
      { hostAliases: [{ ip: "db", hostnames: ["a"] }] },
    ],
    ["hostAliases[0].hostnames[0] must be a name of a-z", { hostAliases: [{ ip: "10.0.0.1", hostnames: ["a b"] }] }],
    [
      'preemptionPolicy must be Never or PreemptLowerPriority (whether other pods make room); got "no"',
      { preemptionPolicy: "no" },
    ],
    ["securityContext.fsGroup must be a whole number from 0", { securityContext: { fsGroup: -1 } }],
    [
      "securityContext.fsGroupChangePolicy must be Always or OnRootMismatch",
      { securityContext: { fsGroupChangePolicy: "No" } },
    ],
    [
      "volumes[0].secret.defaultMode must be a whole number from 0 to 511 (a file mode: 0644 in YAML, which is 420); got 644",
      { volumes: [{ name: "a", secret: { secretName: "a", defaultMode: 644 } }] },
    ],
  ];
  for (const [says, patch] of wrongPods) {
    test(`refuses a mistake with one message: ${says}`, () => {
      const [message = "", ...others] = problems(patch);
      assert.deepEqual(others, []);
      assert.ok(message.startsWith(`pod.podSpecPatch.${says}`), message);
    });
  }

  for (const [says, changed] of wrong) {
    test(`refuses a mistake with one message: ${says}`, () => {
      const [message = "", ...others] = problems({ initContainers: [{ ...PROXY, ...changed }] });
      assert.deepEqual(others, []);
      assert.ok(message.includes(says), message);
      assert.ok(!message.includes("geheim"), message);
    });
  }
});
