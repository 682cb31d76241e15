import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { withCanonicalQuantities } from "./canonicalQuantities.ts";
import { canonicalQuantity } from "./canonicalQuantity.ts";

describe("a quantity as Kubernetes writes it", () => {
  const written = {
    ...{ "0.5": "500m", "1000m": "1", "1500m": "1500m", "50m": "50m", "1.0": "1", "0.001": "1m", "007": "7" },
    ...{ "64": "64", "2000M": "2G", "1.5k": "1500", "12000": "12k", "0.000001": "1u", "0": "0", "0.0Gi": "0" },
    ...{ "128Mi": "128Mi", "1024Mi": "1Gi", "1.5Gi": "1536Mi", "1000Ki": "1000Ki", "2048Ki": "2Mi", "0.5Mi": "512Ki" },
    ...{ "0.1Gi": "107374182400m", "0.5Ki": "512", "1048576Ei": "1048576Ei", "256Gi": "256Gi" },
  };
  for (const [text, canonical] of Object.entries(written))
    test(`${text} is ${canonical}`, () => assert.equal(canonicalQuantity(text), canonical));

  for (const text of ["1e3", "2E2", "", "a lot", "-1", "1000000E", "0.0000000001"])
    test(`${JSON.stringify(text)} stays as it is`, () => assert.equal(canonicalQuantity(text), text));
});

test("every quantity of a pod is written so, also where a patch has a number, and nothing else is changed", () => {
  const resources = { requests: { cpu: "0.5", memory: "1024Mi" }, limits: { "nvidia.com/gpu": 1, memory: "1.5Gi" } };
  const canonical = { requests: { cpu: "500m", memory: "1Gi" }, limits: { "nvidia.com/gpu": "1", memory: "1536Mi" } };
  const rest = { nodeSelector: { limits: "0.5", requests: "1024Mi" }, terminationGracePeriodSeconds: 30 };
  const pod = (amounts: object, size: string) => ({
    ...rest,
    containers: [{ name: "work", env: [{ name: "A", value: "0.5" }], resources: amounts }],
    initContainers: [{ name: "proxy", resources: amounts }],
    volumes: [{ name: "data", emptyDir: { sizeLimit: size } }],
  });
  assert.deepEqual(withCanonicalQuantities(pod(resources, "1024Mi")), pod(canonical, "1Gi"));
});
