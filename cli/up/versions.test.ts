import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  isOlder,
  kubectlWarning,
  kubernetesProblem,
  parseKubectlVersions,
  parseVersion,
  requiredPulumi,
} from "./versions.ts";

describe("versions", () => {
  for (const [version, minimum, older] of [
    ["v3.100.0", "3.255.0", true],
    ["v3.255.0", "3.255.0", false],
    ["v3.259.0", "3.255.1", false],
    ["v4.0.0", "3.255.0", false],
    ["2.999.9", "3.0.0", true],
    ["v3.254.9", "3.255.0", true],
    ["a build of today", "3.255.0", false],
  ] as const)
    test(`${version} is ${older ? "" : "not "}older than ${minimum}`, () =>
      assert.equal(isOlder(parseVersion(version), parseVersion(minimum)), older));

  test("of Pulumi are checked against Pulumi.yaml", () => {
    assert.deepEqual(requiredPulumi('name: x\nrequiredPulumiVersion: ">=3.255.0"\n'), [3, 255, 0]);
    assert.equal(requiredPulumi("name: x\n"), undefined);
  });

  for (const [client, server, warned] of [
    ["v1.34.4", "v1.34.4", false],
    ["v1.33.0", "v1.34.4", false],
    ["v1.20.1", "v1.34.4", true],
    ["v1.36.0", "v1.34.4", false],
    ["v1.30.0-eks-1234", "v1.34.4", true],
  ] as const)
    test(`kubectl ${client} ${warned ? "is too old" : "is new enough"} for Kubernetes ${server}`, () =>
      assert.equal(kubectlWarning(parseVersion(client), parseVersion(server)) !== undefined, warned));

  for (const [server, refused] of [
    ["v1.26.15", true],
    ["v1.26.15-eks-1234", true],
    ["v1.27.0", false],
    ["v1.34.4", false],
    ["v2.0.0", false],
  ] as const)
    test(`Kubernetes ${server} is ${refused ? "too old" : "new enough"}`, () =>
      assert.equal(kubernetesProblem(parseVersion(server)) !== undefined, refused));

  test("are found in kubectl's output", () => {
    const printed = { clientVersion: { gitVersion: "v1.30.1" }, serverVersion: { gitVersion: "v1.34.4+k3s1" } };
    assert.deepEqual(parseKubectlVersions(JSON.stringify(printed, undefined, 2)), {
      client: [1, 30, 1],
      server: [1, 34, 4],
    });
  });

  test("that are not printed are not compared", () => {
    assert.deepEqual(parseKubectlVersions(""), {});
    assert.deepEqual(parseKubectlVersions('{"clientVersion":{"gitVersion":"v1.20.0"}}'), { client: [1, 20, 0] });
    assert.equal(kubectlWarning([1, 20, 0], undefined), undefined);
    assert.equal(kubernetesProblem(undefined), undefined);
  });
});
