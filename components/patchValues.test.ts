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
      startupProbe: { httpGet: { path: "/", port: "http-1" } },
      readinessProbe: null,
    };
    assert.deepEqual(problems({ initContainers: [sidecar], containers: [{ ports: null }] }), []);
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
  ];
  for (const [says, changed] of wrong) {
    test(`refuses a mistake with one message: ${says}`, () => {
      const [message = "", ...others] = problems({ initContainers: [{ ...PROXY, ...changed }] });
      assert.deepEqual(others, []);
      assert.ok(message.includes(says), message);
      assert.ok(!message.includes("geheim"), message);
    });
  }
});
