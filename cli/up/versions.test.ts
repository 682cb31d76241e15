import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isOlder, kubectlWarning, parseVersion, requiredPulumi } from "./versions.ts";

describe("versions", () => {
  for (const [version, minimum, older] of [
    ["v3.100.0", "3.255.0", true],
    ["v3.255.0", "3.255.0", false],
    ["v3.259.0", "3.255.1", false],
    ["v4.0.0", "3.255.0", false],
    ["2.999.9", "3.0.0", true],
    ["v3.254.9", "3.255.0", true],
    ["a build of today", "3.255.0", false],
  ] as const) {
    test(`${version} is ${older ? "" : "not "}older than ${minimum}`, () => {
      assert.equal(isOlder(parseVersion(version), parseVersion(minimum)), older);
    });
  }

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
  ] as const) {
    test(`kubectl ${client} ${warned ? "is too old" : "is new enough"} for Kubernetes ${server}`, () => {
      const versions = { clientVersion: { gitVersion: client }, serverVersion: { gitVersion: server } };
      assert.equal(kubectlWarning(JSON.stringify(versions, undefined, 2)) !== undefined, warned);
    });
  }

  test("that are not printed are not compared", () => {
    assert.equal(kubectlWarning(""), undefined);
    assert.equal(kubectlWarning('{"clientVersion":{"gitVersion":"v1.20.0"}}'), undefined);
  });
});
