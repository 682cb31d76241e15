import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { mergePodSpec } from "./podSpecPatch.ts";

describe("mergePodSpec", () => {
  const spec = {
    restartPolicy: "Never",
    securityContext: { runAsUser: 1000, runAsNonRoot: true },
    containers: [
      { name: "work", env: [{ name: "KIND", value: "clap" }], volumeMounts: [{ name: "ca", mountPath: "/ca" }] },
    ],
    volumes: [{ name: "ca", secret: { secretName: "crt" } }],
  };

  const merged: Record<string, [patch: object, result: object]> = {
    "objects by key": [
      { securityContext: { fsGroup: 1 } },
      { securityContext: { runAsUser: 1000, runAsNonRoot: true, fsGroup: 1 } },
    ],
    "null by removing the key": [{ securityContext: { runAsUser: null } }, { securityContext: { runAsNonRoot: true } }],
    "undefined by ignoring it, as everywhere else": [
      { securityContext: undefined, containers: [{ env: undefined, image: undefined }] },
      {},
    ],
    "volumes by name": [
      { volumes: [{ name: "data", emptyDir: {} }] },
      { volumes: [...spec.volumes, { name: "data", emptyDir: {} }] },
    ],
    "the container's variables by name": [
      { containers: [{ env: [{ name: "MODE", value: "fast" }] }] },
      {
        containers: [
          {
            ...spec.containers[0],
            env: [
              { name: "KIND", value: "clap" },
              { name: "MODE", value: "fast" },
            ],
          },
        ],
      },
    ],
    "a sidecar as an additional init container": [
      { initContainers: [{ name: "proxy", restartPolicy: "Always" }] },
      { initContainers: [{ name: "proxy", restartPolicy: "Always" }] },
    ],
    "ports of one number by protocol": [
      { initContainers: [{ name: "dns", ports: [{ containerPort: 53 }, { containerPort: 53, protocol: "UDP" }] }] },
      { initContainers: [{ name: "dns", ports: [{ containerPort: 53 }, { containerPort: 53, protocol: "UDP" }] }] },
    ],
    "null in an additional container by removing the key": [
      { initContainers: [{ name: "proxy", image: "proxy:1", securityContext: { runAsUser: null } }] },
      { initContainers: [{ name: "proxy", image: "proxy:1", securityContext: {} }] },
    ],
    "other lists by replacing them": [{ hostAliases: [{ ip: "10.0.0.1" }] }, { hostAliases: [{ ip: "10.0.0.1" }] }],
  };
  for (const [what, [patch, result]] of Object.entries(merged))
    test(`merges ${what}`, () => assert.deepEqual(mergePodSpec(spec, patch), { ...spec, ...result }));

  test("does not mutate its input, and returns it unchanged without a patch", () => {
    const before = structuredClone(spec);
    mergePodSpec(spec, { containers: [{ env: [{ name: "KIND", value: "x" }] }] });
    assert.deepEqual(spec, before);
    assert.equal(mergePodSpec(spec, undefined), spec);
  });
});
