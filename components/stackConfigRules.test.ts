import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { createFolder } from "../tests/support/createFolder.ts";
import { configProblems } from "../tests/support/pulumi/configProblems.ts";
import { declaredConfig } from "../tests/support/pulumi/declaredConfig.ts";
import { COMMAND, database, PAGES } from "../tests/support/pulumi/stackSettings.ts";
import { mapLimits, RETRY_LIMITS } from "../worker/src/retryLimits.ts";

const declared = declaredConfig();

const charts = { "keda.tgz": "", "keda.tar.gz": "", "keda/Chart.yaml": "", "keda.zip": "" };
const folder = createFolder({ ...charts, "ca.pem": "-----BEGIN CERTIFICATE-----\n" });
mkdirSync(join(folder, "empty"));
const caFile = join(folder, "ca.pem");

const words = (text: string) => text.split(" ");

describe("a key of the stack", () => {
  const right: Record<string, readonly unknown[]> = {
    pollingInterval: ["1", "3600"],
    maxReplicaCount: ["1", "80"],
    cpu: ["10m", "0.5", "1", "64", "1500m"],
    memory: ["64Mi", "1Gi", "1.5Gi", "256Gi"],
    leaseSeconds: ["0", "30", "3600"],
    timeoutSeconds: ["0", "300", "604800"],
    namespace: ["batches", "a", "0b"],
    createNamespace: ["true", "false"],
    keda: [
      {},
      { install: { namespace: "scaling", releaseName: "jobs" } },
      { install: { namespace: "kube-system", createNamespace: false, imagePullSecrets: ["mirror"] } },
      { existing: { namespace: "keda" } },
    ],
    database: [
      {},
      { install: { releaseName: "two", imagePullSecrets: ["mirror"] } },
      { install: { releaseName: `postgresql-${"a".repeat(41)}` } },
      ...[
        {},
        { port: 6543, tls: { mode: "require" } },
        { tls: { mode: "verify-full", scalerMode: "verify-full" } },
        { tls: { caFile, serverName: "db.internal" } },
        { tls: { caSecretName: "ca", caSecretKey: "root.crt" } },
        { rolePrefix: "two" },
        { admin: { user: "owner", password: "geheim" } },
        { worker: { user: "w", secretName: "w" }, scaler: { user: "s", secretName: "s", secretKey: "k" } },
      ].map((changed) => database(changed).database),
    ],
    image: [
      {},
      { build: { registry: "localhost:5000", pullRegistry: "registry:5000", platform: "linux/arm64" } },
      { existing: "registry.example/worker:1", existingRunner: "registry.example/runner:1", mountRunner: true },
      { build: { registry: "localhost:5000" }, mountRunner: true },
    ],
    pod: [{}, { runAsUser: 65_532 }],
    batches: [
      [],
      [PAGES],
      [COMMAND, { ...COMMAND, kind: "other" }],
      [
        {
          ...COMMAND,
          imagePullPolicy: "Always",
          finalExitCodes: [3],
          retryAfterSeconds: 0.5,
          env: { A: "1" },
          envFromSecrets: [{ name: "a" }],
        },
      ],
      [{ ...PAGES, name: "pages", table: 'shop."Pages"', pod: { labels: { a: "b" } } }],
    ],
    passwordRotation: ["1", "2026-11-25", "2026-11-25T03:30:00Z", "after_the_leak"],
    kubernetesContext: ["kind-a", "arn:aws:eks:eu-west-1:1:cluster/a", "my context", "é"],
    kedaChart: [
      ...["keda.tgz", "keda.tar.gz", "keda"].map((name) => join(folder, name)),
      "oci://localhost:5000/charts/keda",
      "oci://registry.example/keda",
      "http://charts.example",
      "https://charts.example:8443/stable/",
    ],
    kedaImageRegistry: [
      "localhost:5000",
      "registry.example/mirror",
      "a-b.example:65535/x/y_z",
      "10.0.0.1:1",
      "[fd00::1]:5000/x",
    ],
    postgresqlChart: [join(folder, "keda"), "oci://registry.example/charts/postgresql"],
    baseImage: [
      ...words("node node:24 library/node:24-bookworm-slim localhost/node:24 registry.example:5000/node:24"),
      ...words("Registry.Example/our/node__22:V24_x"),
      `node@sha256:${"a".repeat(64)}`,
      `registry.example/node:24@sha256:${"0".repeat(64)}`,
      `node@sha384:${"0".repeat(96)}`,
      `node@sha512:${"0".repeat(128)}`,
    ],
  };
  for (const [key, values] of Object.entries(right)) {
    for (const value of values)
      test(`${key} may be ${JSON.stringify(value)}`, () => assert.deepEqual(configProblems({ [key]: value }), []));
  }

  const wrong: Record<string, readonly (string | undefined)[]> = {
    pollingInterval: ["0", "3601", "0.5", "5s", "", undefined, "5abc"],
    // YAML takes a leading zero for octal, a version, a date and true for something else than text.
    maxReplicaCount: [...words("0 10001 -1 ten 1e1 010 0x10 1_000 ٥ true null 2026-11-26"), "5\n", " 5", "5 "],
    successfulJobsHistoryLimit: ["-1", "1001", "1.5"],
    failedJobsHistoryLimit: ["-1", "1001", "x"],
    ...mapLimits((name) => ["-1", String(RETRY_LIMITS[name].rule.max + 1), "1.5", "many"]),
    leaseSeconds: ["-1", "3601", "0.5", undefined],
    requestsPerJob: ["0", "10001"],
    graceSeconds: ["0", "86401", "1.5"],
    livenessPort: ["-1", "65536", "80.5", "http"],
    podStartSeconds: ["9", "601", "90.5", "2m"],
    timeoutSeconds: ["-1", "604801", "0.5", "5m", undefined],
    namespace: ["", "A", "a.b", "-a", "a\n", "ä", "a".repeat(64), undefined],
    createNamespace: ["yes", "on", "True", '"true"', "1", "", "null", undefined],
    keda: ["keda", "[]", "1", "", "null", undefined],
    database: ["postgres://db.example/shop", "[]", undefined],
    image: ["worker:1", "[]", undefined],
    pod: ["restricted", "[]", "null", undefined],
    batches: ["page", "{}", "null", undefined],
    cpu: ["0", "9m", "65", "100", "a lot", "1e3", "-1", undefined],
    memory: ["63Mi", "128", "128M", "257Gi", "Mi", "128Mi\n", "１２８Mi", undefined],
    passwordRotation: ["", "a b", "a\n", "ä", "x".repeat(65), undefined],
    kubernetesContext: ["", " ", " a", "a ", "\ta", "a\nb", "a\r\nb", "a\n", "a\0b", undefined],
    kedaChart: [
      ...words("no/such/chart.tgz . README.md ftp://a/b https:// https:charts.example"),
      ...words("https://charts.example/keda-2.20.2.tgz http://charts.example/keda.tar.gz?raw=1 oci:// oci://keda"),
      ...words("oci://registry.example/charts oci://registry.example/keda/ oci://registry.example/charts/keda:2.20.2"),
      ...words("oci://registry.example/charts/postgresql"),
      "",
      join(folder, "empty"),
      join(folder, "keda.zip"),
      "https://a b",
    ],
    kedaImageRegistry: [
      ...words("https://ghcr.io registry.example/mirror/ host//x host/X - -a.example a..b host/. host: host:0"),
      ...words("host:999999 host:65536"),
      "",
      "a b",
    ],
    postgresqlChart: [
      "",
      "no/such/chart.tgz",
      "oci://registry.example/charts/keda",
      "https://x/postgresql-16.7.27.tgz",
    ],
    postgresqlImageRegistry: ["", "docker.io/"],
    baseImage: [
      ...words("- Node:24 node:24:25 node: node:-a node/ a//node registry.example:65536/node"),
      ...words("https://registry.example/node node@sha256:abc"),
      `node@sha512:${"0".repeat(64)}`,
      "0".repeat(64),
      "",
      "node 24",
      `node:${"a".repeat(129)}`,
    ],
  };
  test("every key has a wrong value in this test", () => {
    assert.deepEqual(Object.keys(wrong).sort(), Object.keys(declared).sort());
  });
  for (const [key, values] of Object.entries(wrong)) {
    for (const value of values) {
      test(`${key} may not be ${JSON.stringify(value)}, and the message names it, what is allowed and why`, () => {
        const found = configProblems({ [key]: value });
        assert.equal(found.length, 1, found.join("\n"));
        assert.match(found[0] ?? "", new RegExp(`^${key} must be .+ \\(.+\\); got `));
        if (declared[key]?.type === "string")
          assert.ok(found[0]?.endsWith(`got ${JSON.stringify(value ?? "")}`), found[0]);
      });
    }
  }

  test("says what to set instead of the URL of a chart file", () => {
    const [message = ""] = configProblems({ kedaChart: "https://charts.example/keda-2.20.2.tgz" });
    assert.match(message, /name its repository, or a local file/);
  });

  test("refuses a chart repository's password, which Pulumi's state would show", () => {
    const [message = ""] = configProblems({ kedaChart: "https://ci:geheim@charts.example" });
    assert.match(message, /without a user and a password.*; got "https:\/\/...@charts.example"$/);
  });

  test("reports all wrong values at once", () => {
    const nothing = Object.fromEntries(Object.keys(declared).map((key) => [key, ""]));
    assert.equal(configProblems(nothing).length, Object.keys(declared).length);
  });
});
