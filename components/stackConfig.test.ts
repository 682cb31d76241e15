import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { isSecret, output, RunError } from "@pulumi/pulumi";
import { declaredConfig, declaredDefaults } from "../tests/support/pulumi/declaredConfig.ts";
import { BATCH_DEFAULTS, BATCH_NUMBERS } from "./batchSettings.ts";
import { DEFAULT_KEDA } from "./kedaRules.ts";
import { DEFAULT_NAMESPACE, DEFAULT_POSTGRES } from "./postgresRules.ts";
import { readStackConfig } from "./stackConfig.ts";
import { CONFIG_RULES } from "./stackConfigRules.ts";
import { DEFAULT_IMAGE } from "./workerImageRules.ts";

const declared = declaredConfig();
const defaults = declaredDefaults();

const folder = mkdtempSync(join(tmpdir(), "stack-config-"));
after(() => rmSync(folder, { recursive: true }));
for (const name of ["keda", "empty"]) mkdirSync(join(folder, name));
for (const file of ["keda.tgz", "keda.tar.gz", "keda/Chart.yaml", "keda.zip"]) writeFileSync(join(folder, file), "");
const caFile = join(folder, "ca.pem");
writeFileSync(caFile, "-----BEGIN CERTIFICATE-----\n");

type Changed = Readonly<Record<string, unknown>>;

function read(changed: Changed, env: Record<string, string> = {}) {
  const values: Record<string, unknown> = { ...defaults, ...changed };
  const text = (value: unknown) => (typeof value === "string" || value === undefined ? value : JSON.stringify(value));
  return readStackConfig((key) => text(values[key]), env);
}

function problems(changed: Changed, env: Record<string, string> = {}): string[] {
  try {
    read(changed, env);
    return [];
  } catch (error) {
    assert.ok(RunError.isInstance(error), "Pulumi prints a RunError without a stack");
    return error.message.split("\n").slice(1);
  }
}

describe("Pulumi.yaml", () => {
  test("declares every key with its type, a description and a default, and no other", () => {
    assert.deepEqual(Object.keys(declared).sort(), Object.keys(CONFIG_RULES).sort());
    for (const [key, { type, description }] of Object.entries(declared)) {
      assert.equal(type, CONFIG_RULES[key as keyof typeof CONFIG_RULES].type, key);
      assert.ok(description.length > 10, key);
    }
  });

  for (const [key, { min, max }] of Object.entries(BATCH_NUMBERS)) {
    test(`states the limits of ${key} as they are`, () =>
      assert.ok(declared[key]?.description.endsWith(`(${min} to ${max})`)));
  }

  test("has the defaults of the components", () => {
    const [install, database, image] = [DEFAULT_KEDA, DEFAULT_POSTGRES, DEFAULT_IMAGE];
    const components = {
      ...BATCH_DEFAULTS,
      kedaChart: install.chart,
      kedaImageRegistry: install.imageRegistry,
      postgresqlChart: database.chart,
      postgresqlImageRegistry: database.imageRegistry,
      baseImage: image.baseImage,
      namespace: DEFAULT_NAMESPACE,
    };
    for (const [key, value] of Object.entries(components)) assert.equal(defaults[key], String(value), key);
    const dockerfile = readFileSync(new URL("../worker/Dockerfile", import.meta.url), "utf8");
    assert.equal(/^ARG BASE=(.*)$/m.exec(dockerfile)?.[1], defaults.baseImage);
  });
});

const EXISTING = { host: "db.example", database: "shop", admin: { user: "owner", secretName: "owner" } };
const database = (changed: object = {}) => ({ database: { existing: { ...EXISTING, ...changed } } });
const PAGES = { kind: "page", table: "pages" };
const COMMAND = { ...PAGES, image: "pages:1", command: ["python3", "work.py"] };

describe("readStackConfig", () => {
  test("makes of the defaults what minikube gets: everything installed, the image built, the sample as its batch", () => {
    const { batches, migration, ...config } = read({});
    assert.deepEqual(config, {
      kubernetesContext: "minikube",
      keda: { install: { chart: defaults.kedaChart, imageRegistry: "ghcr.io" } },
      database: {
        namespace: "keda-with-postgresql",
        createNamespace: true,
        passwordRotation: "1",
        install: { chart: defaults.postgresqlChart, imageRegistry: "docker.io" },
      },
      image: { build: { baseImage: "node:24-bookworm-slim" } },
      runner: undefined,
      pod: {},
    });
    assert.deepEqual(batches, [{ ...BATCH_DEFAULTS, kind: "clap", name: "postgres-batch" }]);
    assert.deepEqual(migration, { passwordRotation: "1", attach: [], connectionsNeeded: 14 });
  });

  test("gives a batch the stack's settings where it has none of its own, and attaches its table", () => {
    const { batches, migration } = read({
      pollingInterval: "5",
      batches: [
        { ...PAGES, maxReplicaCount: 3 },
        { ...COMMAND, kind: "big_page", timeoutSeconds: 60 },
      ],
    });
    assert.deepEqual(
      batches.map(({ name, kind, pollingInterval, maxReplicaCount, timeoutSeconds }) => [
        name,
        kind,
        pollingInterval,
        maxReplicaCount,
        timeoutSeconds,
      ]),
      [
        ["page", "page", 5, 3, 0],
        ["big-page", "big_page", 5, 10, 60],
      ],
    );
    assert.deepEqual(migration.attach, [
      { kind: "page", table: "pages" },
      { kind: "big_page", table: "pages" },
    ]);
    assert.equal(migration.connectionsNeeded, 3 + 10 + 2 * 2 + 2);
  });

  test("builds the runner where a batch has a command, and there alone", () => {
    assert.deepEqual(read({ batches: [COMMAND] }).runner, {
      build: { baseImage: defaults.baseImage, target: "runner" },
    });
    assert.equal(read({ batches: [PAGES] }).runner, undefined);
    const image = { existing: "worker:1", existingRunner: "runner:1" };
    assert.deepEqual(read({ image, batches: [COMMAND] }).runner, { existing: "runner:1" });
  });

  test("has labels and annotations for every object that is made", () => {
    const metadata = { labels: { team: "shop" }, annotations: { owner: "shop" } };
    const config = read({ pod: metadata });
    for (const part of [config.keda, config.database, config.pod]) assert.partialDeepStrictEqual(part, metadata);
  });

  test("takes what is there instead of installing it", () => {
    const config = read({
      keda: { existing: { namespace: "keda-system" } },
      ...database({ tls: { caFile } }),
      image: { existing: "registry.example/worker:1" },
    });
    assert.deepEqual(config.keda, { existing: { namespace: "keda-system" } });
    assert.deepEqual(config.database.existing, { ...EXISTING, tls: { ca: "-----BEGIN CERTIFICATE-----\n" } });
    assert.ok(!("install" in config.database));
    assert.deepEqual(config.image, { existing: "registry.example/worker:1" });
  });

  test("counts no worker's connection behind a pooler, whose pool is its own matter", () => {
    const config = read({ ...database({ pooler: { host: "pool.example" } }), leaseSeconds: "30" });
    assert.equal(config.migration.connectionsNeeded, 4);
  });

  test("takes the credentials of a registry from the environment, where there is a registry", async () => {
    const env = { REGISTRY_USERNAME: "ci", REGISTRY_PASSWORD: "geheim" };
    const { build } = read({ image: { build: { registry: "registry.example" } } }, env).image;
    assert.equal(build?.credentials?.username, "ci");
    assert.equal(await isSecret(output(build?.credentials?.password)), true);
    assert.equal(read({}, env).image.build?.credentials, undefined);
  });

  test("lets more Jobs run where the bundled PostgreSQL does not limit them", () => {
    assert.deepEqual(problems({ maxReplicaCount: "5000", ...database() }), []);
  });

  const right: Record<string, readonly unknown[]> = {
    pollingInterval: ["1", "3600"],
    maxReplicaCount: ["1", "80"],
    cpu: ["10m", "0.5", "1", "64", "1500m"],
    memory: ["64Mi", "1Gi", "1.5Gi", "256Gi"],
    leaseSeconds: ["0", "30", "3600"],
    timeoutSeconds: ["0", "300", "604800"],
    namespace: ["batches", "a", "0b"],
    createNamespace: ["true", "false"],
    keda: [{}, { install: { namespace: "scaling", releaseName: "jobs" } }, { existing: { namespace: "keda" } }],
    database: [
      {},
      { install: { releaseName: "two" } },
      ...[
        {},
        { port: 6543, tls: { mode: "require" } },
        { tls: { mode: "verify-full", scalerMode: "verify-full" } },
        { tls: { caFile } },
        { tls: { caSecretName: "ca", caSecretKey: "root.crt" } },
        { rolePrefix: "two" },
        { admin: { user: "owner", password: "geheim" } },
        { worker: { user: "w", secretName: "w" }, scaler: { user: "s", secretName: "s", secretKey: "k" } },
      ].map((changed) => database(changed).database),
    ],
    image: [
      {},
      { build: { registry: "localhost:5000", pullRegistry: "registry:5000", platform: "linux/arm64" } },
      { existing: "registry.example/worker:1", existingRunner: "registry.example/runner:1" },
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
    kedaImageRegistry: ["localhost:5000", "registry.example/mirror", "a-b.example:65535/x/y_z", "10.0.0.1:1"],
    postgresqlChart: [join(folder, "keda"), "oci://registry.example/charts/postgresql"],
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
      test(`${key} may be ${JSON.stringify(value)}`, () => assert.deepEqual(problems({ [key]: value }), []));
  }

  const wrong: Record<string, readonly (string | undefined)[]> = {
    pollingInterval: ["0", "3601", "0.5", "5s", "", undefined, "5abc"],
    maxReplicaCount: ["0", "10001", "-1", "ten", "1e1"],
    successfulJobsHistoryLimit: ["-1", "1001", "1.5"],
    failedJobsHistoryLimit: ["-1", "1001", "x"],
    backoffLimit: ["-1", "1001"],
    crashLimit: ["-1", "1001", "1.5"],
    interruptionLimit: ["-1", "10001"],
    leaseSeconds: ["-1", "3601", "0.5", undefined],
    requestsPerJob: ["0", "10001"],
    graceSeconds: ["0", "86401", "1.5"],
    timeoutSeconds: ["-1", "604801", "0.5", "5m", undefined],
    namespace: ["", "A", "a.b", "-a", "a".repeat(64), undefined],
    createNamespace: ["yes", "1", "", undefined],
    keda: ["keda", "[]", "1", "", undefined],
    database: ["postgres://db.example/shop", "[]", undefined],
    image: ["worker:1", "[]", undefined],
    pod: ["restricted", "[]", undefined],
    batches: ["page", "{}", undefined],
    cpu: ["0", "9m", "65", "100", "a lot", "1e3", "-1", undefined],
    memory: ["63Mi", "128", "128M", "257Gi", "Mi", undefined],
    passwordRotation: ["", "a b", "x".repeat(65), undefined],
    kubernetesContext: ["", " ", " a", "a ", "\ta", "a\nb", "a\r\nb", "a\n", undefined],
    kedaChart: [
      "",
      "no/such/chart.tgz",
      ".",
      "README.md",
      join(folder, "empty"),
      join(folder, "keda.zip"),
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
      test(`${key} may not be ${JSON.stringify(value)}, and the message names it, what is allowed and why`, () => {
        const found = problems({ [key]: value });
        assert.equal(found.length, 1, found.join("\n"));
        assert.match(found[0] ?? "", new RegExp(`^${key} must be .+ \\(.+\\); got `));
        if (declared[key]?.type === "string")
          assert.ok(found[0]?.endsWith(`got ${JSON.stringify(value ?? "")}`), found[0]);
      });
    }
  }

  const contradictions: Record<string, readonly [changed: Changed, says: string]> = {
    "KEDA that is both installed and there": [
      { keda: { install: {}, existing: { namespace: "k" } } },
      "keda must have one of install and existing",
    ],
    "an existing KEDA without a namespace": [{ keda: { existing: {} } }, "keda.existing.namespace must be"],
    "a KEDA with an unknown key": [
      { keda: { exists: {} } },
      'a key of keda must be one of install, existing (no other is known); got "exists"',
    ],
    "a chart in two places": [{ keda: { install: { chart: "x" } } }, 'got "chart"'],
    "PostgreSQL that is both installed and there": [
      { database: { install: {}, existing: EXISTING } },
      "database must have one of install and existing",
    ],
    "an existing database without a host": [database({ host: undefined }), "database.existing.host must be"],
    "a file of a certificate that is not there": [
      database({ tls: { caFile: "no/such.pem" } }),
      "database.existing.tls.caFile must be the path of a file with a certificate in PEM",
    ],
    "a file that is no certificate": [
      database({ tls: { caFile: "package.json" } }),
      "database.existing.tls.caFile must be",
    ],
    "two authorities": [
      database({ tls: { caFile, caSecretName: "ca" } }),
      "database.existing.tls must have one of caFile and caSecretName",
    ],
    "a pooler without a lease": [
      database({ pooler: { host: "pool.example" } }),
      "leaseSeconds must be 1 or more behind a pooler",
    ],
    "a pooler with one batch without a lease": [
      {
        ...database({ pooler: { host: "p" } }),
        leaseSeconds: "9",
        batches: [PAGES, { ...PAGES, kind: "b", leaseSeconds: 0 }],
      },
      "leaseSeconds must be 1 or more behind a pooler",
    ],
    "an image that is both built and there": [
      { image: { build: {}, existing: "a:1" } },
      "image must have one of build and existing",
    ],
    "an existing image without a runner for its command": [
      { image: { existing: "a:1" }, batches: [COMMAND] },
      "image.existingRunner must be given with image.existing",
    ],
    "a runner without its worker": [
      { image: { existingRunner: "a:1" } },
      "image.existingRunner must come with existing",
    ],
    "a stage of the build": [{ image: { build: { target: "x" } } }, 'got "target"'],
    "a password of the registry in the config": [
      { image: { build: { registry: "a", credentials: {} } } },
      'got "credentials"',
    ],
    "more Jobs than the bundled PostgreSQL has connections for": [
      { maxReplicaCount: "81" },
      "maxReplicaCount must be at most 80 for all batches together",
    ],
    "more Jobs in all batches than it has": [
      {
        batches: [
          { ...PAGES, maxReplicaCount: 60 },
          { ...PAGES, kind: "b", maxReplicaCount: 30 },
        ],
      },
      "got 90 (page 60, b 30)",
    ],
    "two batches of one kind": [
      { batches: [PAGES, { ...PAGES, name: "other" }] },
      'batches must have different kinds (each is one ScaledJob over one table); got "page" twice',
    ],
    "two batches of one name": [
      { batches: [PAGES, { ...PAGES, kind: "b", name: "page" }] },
      "batches must have different names",
    ],
    "a batch without a kind": [{ batches: [{ table: "pages" }] }, "batches[0].kind must be"],
    "a batch without a table": [{ batches: [{ kind: "page" }] }, "batches[0].table must be"],
    "an empty command": [
      { batches: [{ ...COMMAND, command: [] }] },
      "batches[0].command must be a list of 1 or more (a program and its arguments); got an empty one",
    ],
    "a command that is a text": [
      { batches: [{ ...COMMAND, command: "python3 work.py" }] },
      "batches[0].command must be a list",
    ],
    "a command with a number": [
      { batches: [{ ...COMMAND, command: ["sleep", 5] }] },
      "batches[0].command[1] must be a text",
    ],
    "a command without an image": [
      { batches: [{ ...PAGES, command: ["a"] }] },
      "batches[0] must have all of image, command, or none",
    ],
    "an image without a command": [
      { batches: [{ ...PAGES, image: "a:1" }] },
      "batches[0] must have all of image, command, or none",
    ],
    "an image's reference with a space": [
      { batches: [{ ...COMMAND, image: "a b" }] },
      "batches[0].image must be an image's reference",
    ],
    "a pull policy of no image": [
      { batches: [{ ...PAGES, imagePullPolicy: "Always" }] },
      "batches[0].imagePullPolicy must come with image",
    ],
    "exit codes of no command": [
      { batches: [{ ...PAGES, finalExitCodes: [3] }] },
      "batches[0] must have command with finalExitCodes",
    ],
    "a variable that is a number": [{ batches: [{ ...COMMAND, env: { A: 1 } }] }, "batches[0].env.A must be a text"],
    "a variable of the worker": [
      { batches: [{ ...COMMAND, env: { PGPASSWORD: "geheim" } }] },
      'the key "PGPASSWORD" of batches[0].env',
    ],
    "a setting in another unit": [
      { batches: [{ ...PAGES, timeoutSeconds: "5m" }] },
      "batches[0].timeoutSeconds must be a whole number from 0 to 604800",
    ],
    "a setting that is a text": [
      { batches: [{ ...PAGES, maxReplicaCount: "3" }] },
      'batches[0].maxReplicaCount must be a whole number from 1 to 10000 (each Job is a pod and a connection to the database); got "3"',
    ],
    "an unknown key of a batch": [{ batches: [{ ...PAGES, maxReplicas: 3 }] }, 'got "maxReplicas"'],
    "a table that SQL would read otherwise": [
      { batches: [{ ...PAGES, table: "a b" }] },
      "batches[0].table must be a table as SQL writes it",
    ],
    "a kind that batch.attach() refuses": [
      { batches: [{ ...PAGES, kind: "Page" }] },
      "batches[0].kind must be 1 to 40",
    ],
    "a kind that makes no name": [
      { batches: [{ ...PAGES, kind: "page_" }] },
      "batches[0].name, by default the kind with - for _, must be",
    ],
    "a pod that breaks the worker": [
      { pod: { podSpecPatch: { hostPID: true } } },
      "pod.podSpecPatch must not change hostPID",
    ],
    "a batch's pod that breaks the worker": [
      { batches: [{ ...PAGES, pod: { env: { KIND: "x" } } }] },
      'the key "KIND" of batches[0].pod.env',
    ],
  };
  for (const [what, [changed, says]] of Object.entries(contradictions)) {
    test(`refuses ${what} in one message that names it`, () => {
      const [message = "", ...others] = problems(changed);
      assert.deepEqual(others, []);
      assert.ok(message.includes(says), message);
      assert.ok(!message.includes("geheim"), message);
    });
  }

  test("refuses half of the registry's credentials", () => {
    const registry = { image: { build: { registry: "registry.example" } } };
    for (const env of [{ REGISTRY_USERNAME: "ci" }, { REGISTRY_PASSWORD: "geheim" }]) {
      const [message = "", ...others] = problems(registry, env as Record<string, string>);
      assert.deepEqual(others, []);
      assert.match(message, /^REGISTRY_USERNAME and REGISTRY_PASSWORD must both be set, or neither/);
    }
  });

  test("shows no part of a connection URL that was given as the database", () => {
    const [message = ""] = problems({ database: "postgres://owner:geheim@db.example/shop" });
    assert.ok(!message.includes("geheim"), message);
  });

  test("answers the URL of a chart's file with what to name instead", () => {
    const [message = ""] = problems({ kedaChart: "https://charts.example/keda-2.20.2.tgz" });
    assert.match(message, /name its repository, or a local file/);
  });

  test("names every wrong value at once", () => {
    const nothing = Object.fromEntries(Object.keys(declared).map((key) => [key, ""]));
    assert.equal(problems(nothing).length, Object.keys(declared).length);
  });
});
