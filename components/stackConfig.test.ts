import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { RunError } from "@pulumi/pulumi";
import { declaredConfig, declaredDefaults } from "../tests/support/pulumi/declaredConfig.ts";
import { DEFAULTS } from "../worker/src/settings.ts";
import { NUMBER_KEYS, readStackConfig, TEXT_KEYS } from "./stackConfig.ts";

const declared = declaredConfig();
const defaults = declaredDefaults();

const charts = mkdtempSync(join(tmpdir(), "charts-"));
after(() => rmSync(charts, { recursive: true }));
for (const folder of ["keda", "empty"]) mkdirSync(join(charts, folder));
for (const file of ["keda.tgz", "keda.tar.gz", "keda/Chart.yaml", "keda.zip"]) writeFileSync(join(charts, file), "");

function problemsOf(changed: Record<string, string | undefined>): string[] {
  const values: Record<string, string | undefined> = { ...defaults, ...changed };
  try {
    readStackConfig((key) => values[key]);
    return [];
  } catch (error) {
    assert.ok(RunError.isInstance(error), "Pulumi prints a RunError without a stack");
    return error.message.split("\n").slice(1);
  }
}

describe("Pulumi.yaml", () => {
  test("declares every key with a type, a description and a default, and no other", () => {
    assert.deepEqual(Object.keys(declared).sort(), [...Object.keys(NUMBER_KEYS), ...Object.keys(TEXT_KEYS)].sort());
    for (const [key, { type, description }] of Object.entries(declared)) {
      assert.equal(type, key in NUMBER_KEYS ? "integer" : "string", key);
      assert.ok(description.length > 10, key);
    }
  });

  for (const [key, { min, max }] of Object.entries(NUMBER_KEYS)) {
    test(`tells the limits of ${key} as they are`, () =>
      assert.ok(declared[key]?.description.endsWith(`(${min} to ${max})`)));
  }

  test("its defaults are the seed's, and the worker's where the worker has some", () => {
    const { pollingInterval, maxReplicaCount, successfulJobsHistoryLimit, failedJobsHistoryLimit } = defaults;
    assert.deepEqual(
      [pollingInterval, maxReplicaCount, successfulJobsHistoryLimit, failedJobsHistoryLimit],
      ["30", "10", "10", "5"],
    );
    for (const key of ["backoffLimit", "interruptionLimit", "leaseSeconds", "requestsPerJob", "graceSeconds"] as const)
      assert.equal(defaults[key], String(DEFAULTS[key]), key);
    assert.equal(defaults.crashLimit, defaults.backoffLimit, "the worker's own, where it is told nothing");
    const dockerfile = readFileSync(new URL("../worker/Dockerfile", import.meta.url), "utf8");
    assert.equal(/^ARG BASE=(.*)$/m.exec(dockerfile)?.[1], defaults.baseImage);
  });
});

describe("readStackConfig", () => {
  test("takes the defaults", () => {
    const config = readStackConfig((key) => defaults[key]);
    assert.equal(config.maxReplicaCount, 10);
    assert.equal(config.memory, "128Mi");
  });

  const right: Record<string, readonly string[]> = {
    pollingInterval: ["1", "3600"],
    maxReplicaCount: ["1", "80"],
    cpu: ["10m", "0.5", "1", "64", "1500m"],
    memory: ["64Mi", "1Gi", "1.5Gi", "256Gi"],
    leaseSeconds: ["0", "30", "3600"],
    passwordRotation: ["1", "2026-11-25", "2026-11-25T03:30:00Z", "after_the_leak"],
    kubernetesContext: ["kind-a", "arn:aws:eks:eu-west-1:1:cluster/a", "my context", "é"],
    kedaChart: [
      ...["keda.tgz", "keda.tar.gz", "keda"].map((name) => join(charts, name)),
      "oci://localhost:5000/charts/keda",
      "oci://registry.example/keda",
      "http://charts.example",
      "https://charts.example:8443/stable/",
    ],
    kedaImageRegistry: ["localhost:5000", "registry.example/mirror", "a-b.example:65535/x/y_z", "10.0.0.1:1"],
    postgresqlChart: [join(charts, "keda"), "oci://registry.example/charts/postgresql"],
    baseImage: [
      "node",
      "node:24",
      "library/node:24-bookworm-slim",
      "localhost/node:24",
      "registry.example:5000/node:24",
      "Registry.Example/our/node__22:V24_x",
      `node@sha256:${"a".repeat(64)}`,
      `registry.example/node:24@sha256:${"0".repeat(64)}`,
    ],
  };
  for (const [key, values] of Object.entries(right)) {
    for (const value of values)
      test(`${key} may be ${value}`, () => assert.deepEqual(problemsOf({ [key]: value }), []));
  }

  const wrong: Record<string, readonly (string | undefined)[]> = {
    pollingInterval: ["0", "3601", "0.5", "5s", "", undefined, "5abc"],
    maxReplicaCount: ["0", "81", "-1", "ten", "1e1"],
    successfulJobsHistoryLimit: ["-1", "1001", "1.5"],
    failedJobsHistoryLimit: ["-1", "1001", "x"],
    backoffLimit: ["-1", "1001"],
    crashLimit: ["-1", "1001", "1.5"],
    interruptionLimit: ["-1", "10001"],
    leaseSeconds: ["-1", "3601", "0.5", undefined],
    requestsPerJob: ["0", "10001"],
    graceSeconds: ["0", "86401", "1.5"],
    cpu: ["0", "9m", "65", "100", "a lot", "1e3", "-1", undefined],
    memory: ["63Mi", "128", "128M", "257Gi", "Mi", undefined],
    passwordRotation: ["", "a b", "x".repeat(65), undefined],
    kubernetesContext: ["", " ", " a", "a ", "\ta", "a\nb", "a\r\nb", "a\n", undefined],
    kedaChart: [
      "",
      "no/such/chart.tgz",
      ".",
      "README.md",
      join(charts, "empty"),
      join(charts, "keda.zip"),
      "ftp://a/b",
      "https://",
      "https://a b",
      "https:charts.example",
      "https://charts.example/keda-2.20.2.tgz",
      "http://charts.example/keda.tar.gz?raw=1",
      "oci://",
      "oci://keda",
      "oci://registry.example/charts",
      "oci://registry.example/keda/",
      "oci://registry.example/charts/keda:2.20.2",
      "oci://registry.example/charts/postgresql",
    ],
    kedaImageRegistry: [
      "",
      "https://ghcr.io",
      "a b",
      "registry.example/mirror/",
      "host//x",
      "host/X",
      "-",
      "-a.example",
      "a..b",
      "host/.",
      "host:",
      "host:0",
      "host:999999",
      "host:65536",
    ],
    postgresqlChart: [
      "",
      "no/such/chart.tgz",
      "oci://registry.example/charts/keda",
      "https://x/postgresql-16.7.27.tgz",
    ],
    postgresqlImageRegistry: ["", "docker.io/"],
    baseImage: [
      "",
      "node 24",
      "-",
      "Node:24",
      "node:24:25",
      "node:",
      "node:-a",
      "node/",
      "a//node",
      "registry.example:65536/node",
      "https://registry.example/node",
      "node@sha256:abc",
      `node:${"a".repeat(129)}`,
    ],
  };
  test("a wrong value is known for every key", () => {
    assert.deepEqual(Object.keys(wrong).sort(), Object.keys(declared).sort());
  });
  for (const [key, values] of Object.entries(wrong)) {
    for (const value of values) {
      test(`${key} may not be ${JSON.stringify(value)}, and is told so by name, with what is allowed and why`, () => {
        const problems = problemsOf({ [key]: value });
        assert.equal(problems.length, 1, problems.join("\n"));
        const [message = ""] = problems;
        assert.match(message, new RegExp(`^${key} must be .+ \\(.+\\); got `));
        assert.ok(message.endsWith(`got ${JSON.stringify(value ?? "")}`), message);
      });
    }
  }

  test("the URL of a chart's file is answered with what to name instead", () => {
    const [message = ""] = problemsOf({ kedaChart: "https://charts.example/keda-2.20.2.tgz" });
    assert.match(message, /name its repository, or a local file/);
  });

  test("every wrong value is told at once", () => {
    const nothing = Object.fromEntries(Object.keys(declared).map((key) => [key, ""]));
    assert.equal(problemsOf(nothing).length, Object.keys(declared).length);
  });
});
