import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ruleProblems } from "../tests/support/pulumi/problems.ts";
import { BATCH_DEFAULTS } from "./batchSettings.ts";
import { freeLivenessPort, missingProbe, podLivenessPort } from "./livenessPort.ts";

const HOST_NETWORK = { podSpecPatch: { hostNetwork: true } };
const sidecar = (containerPort: number) => ({ initContainers: [{ name: "proxy", ports: [{ containerPort }] }] });
const problems = (args: object) => ruleProblems(freeLivenessPort, "", args);

describe("podLivenessPort", () => {
  test("is the setting's, or its default", () => {
    assert.equal(podLivenessPort({}), BATCH_DEFAULTS.livenessPort);
    assert.equal(podLivenessPort({ livenessPort: 9_000, pod: { podSpecPatch: { hostNetwork: false } } }), 9_000);
  });

  test("is none in the host's network, where the pods of a node would share it", () => {
    assert.equal(podLivenessPort({ livenessPort: 9_000, pod: HOST_NETWORK }), 0);
  });
});

describe("missingProbe", () => {
  test("warns of pods in the host's network, unless no probe is wanted", () => {
    assert.match(missingProbe({ pod: HOST_NETWORK }) ?? "", /no liveness probe.*set livenessPort to 0/);
    assert.equal(missingProbe({ pod: HOST_NETWORK, livenessPort: 0 }), undefined);
    assert.equal(missingProbe({}), undefined);
  });
});

describe("freeLivenessPort", () => {
  for (const key of ["containers", "initContainers"])
    test(`refuses a port that one of ${key} declares`, () => {
      const podSpecPatch = { [key]: [{ ports: [{ containerPort: 80 }, { containerPort: 9_000 }] }] };
      assert.equal(problems({ livenessPort: 9_000, pod: { podSpecPatch } }).length, 1);
    });

  test("knows the default", () => {
    assert.equal(problems({ pod: { podSpecPatch: sidecar(BATCH_DEFAULTS.livenessPort) } }).length, 1);
  });

  test("allows every other port, and all without a probe", () => {
    for (const args of [
      { pod: { podSpecPatch: sidecar(8_080) } },
      { livenessPort: 0, pod: { podSpecPatch: sidecar(BATCH_DEFAULTS.livenessPort) } },
      { pod: { podSpecPatch: { ...sidecar(BATCH_DEFAULTS.livenessPort), ...HOST_NETWORK.podSpecPatch } } },
      { pod: { podSpecPatch: { initContainers: "proxy" } } },
      { pod: {} },
      {},
    ])
      assert.deepEqual(problems(args), []);
  });
});
