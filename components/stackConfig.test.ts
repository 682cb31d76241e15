import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { isSecret, output } from "@pulumi/pulumi";
import { createFolder } from "../tests/support/createFolder.ts";
import { configProblems, readConfig } from "../tests/support/pulumi/configProblems.ts";
import { declaredConfig, declaredDefaults } from "../tests/support/pulumi/declaredConfig.ts";
import { COMMAND, database, EXISTING, PAGES } from "../tests/support/pulumi/stackSettings.ts";
import { BATCH_DEFAULTS, BATCH_NUMBERS } from "./batchSettings.ts";
import { DEFAULT_KEDA } from "./kedaRules.ts";
import { DEFAULT_POSTGRES } from "./postgresInstallRules.ts";
import { DEFAULT_NAMESPACE } from "./postgresRules.ts";
import { readStackConfig } from "./stackConfig.ts";
import { CONFIG_RULES } from "./stackConfigRules.ts";
import { DEFAULT_IMAGE } from "./workerImageRules.ts";

const declared = declaredConfig();
const defaults = declaredDefaults();

const caFile = join(createFolder({ "ca.pem": "-----BEGIN CERTIFICATE-----\n" }), "ca.pem");

describe("Pulumi.yaml", () => {
  test("declares exactly the known keys, each with its type, a description and a default", () => {
    assert.deepEqual(Object.keys(declared).sort(), Object.keys(CONFIG_RULES).sort());
    for (const [key, { type, description }] of Object.entries(declared)) {
      assert.equal(type, CONFIG_RULES[key as keyof typeof CONFIG_RULES].type, key);
      assert.ok(description.length > 10, key);
    }
  });

  for (const [key, { min, max }] of Object.entries(BATCH_NUMBERS))
    test(`states the limits of ${key}`, () => assert.ok(declared[key]?.description.endsWith(`(${min} to ${max})`)));

  test("has the same defaults as the components", () => {
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

describe("readStackConfig", () => {
  test("by default installs everything, builds the image and deploys the sample, for minikube", () => {
    const { batches, migration, ...config } = readConfig({});
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
      mountRunner: false,
      pod: {},
    });
    assert.deepEqual(batches, [{ ...BATCH_DEFAULTS, kind: "clap", name: "postgres-batch" }]);
    assert.deepEqual(migration, { passwordRotation: "1", attach: [], connectionsNeeded: 14, podStartSeconds: 40 });
  });

  test("lets a batch inherit unset settings from the stack, and attaches its table", () => {
    const { batches, migration } = readConfig({
      pollingInterval: "5",
      batches: [
        { ...PAGES, maxReplicaCount: 3 },
        { ...COMMAND, kind: "big_page", timeoutSeconds: 60 },
      ],
    });
    const [page, bigPage, ...others] = batches;
    const inherited = { pollingInterval: 5, maxReplicaCount: 10, timeoutSeconds: 0 };
    assert.partialDeepStrictEqual(page, { name: "page", kind: "page", ...inherited, maxReplicaCount: 3 });
    assert.partialDeepStrictEqual(bigPage, { name: "big-page", kind: "big_page", ...inherited, timeoutSeconds: 60 });
    assert.deepEqual(others, []);
    assert.deepEqual(migration.attach, [
      { kind: "page", table: "pages" },
      { kind: "big_page", table: "pages" },
    ]);
    assert.equal(migration.connectionsNeeded, 3 + 10 + 2 * 2 + 2);
  });

  test("builds the runner only if a batch has a command", () => {
    assert.deepEqual(readConfig({ batches: [COMMAND] }).runner, {
      build: { baseImage: defaults.baseImage, target: "runner" },
    });
    assert.equal(readConfig({ batches: [PAGES] }).runner, undefined);
    const image = { existing: "worker:1", existingRunner: "runner:1" };
    assert.deepEqual(readConfig({ image, batches: [COMMAND] }).runner, { existing: "runner:1" });
  });

  test("passes labels and annotations on to every component", () => {
    const metadata = { labels: { team: "shop" }, annotations: { owner: "shop" } };
    const config = readConfig({ pod: metadata });
    for (const part of [config.keda, config.database, config.pod]) assert.partialDeepStrictEqual(part, metadata);
  });

  test("uses existing parts instead of installing them", () => {
    const config = readConfig({
      keda: { existing: { namespace: "keda-system" } },
      ...database({ tls: { caFile } }),
      image: { existing: "registry.example/worker:1" },
    });
    assert.deepEqual(config.keda, { existing: { namespace: "keda-system" } });
    assert.deepEqual(config.database.existing, { ...EXISTING, tls: { ca: "-----BEGIN CERTIFICATE-----\n" } });
    assert.ok(!("install" in config.database));
    assert.deepEqual(config.image, { existing: "registry.example/worker:1" });
  });

  test("keeps variables, arguments and patches of a key that contains a secret as secrets", async () => {
    const podSpecPatch = { containers: [{ env: [{ name: "D", value: "d" }] }] };
    const values: Record<string, string> = {
      ...defaults,
      pod: JSON.stringify({ env: { A: "a" }, podSpecPatch }),
      batches: JSON.stringify([{ ...COMMAND, env: { B: "b" }, pod: { env: { C: "c" }, podSpecPatch } }]),
    };
    for (const secrets of [["pod", "batches"], []]) {
      const { pod, batches } = readStackConfig((key) => values[key], {}, [], secrets);
      const [batch] = batches;
      const ofBatch = [batch?.env?.B, batch?.pod?.env?.C, batch?.pod?.podSpecPatch, batch?.command?.[1]];
      for (const value of [pod.env?.A, pod.podSpecPatch, ...ofBatch])
        assert.equal(await isSecret(output(value)), secrets.length > 0);
    }
  });

  test("does not count the workers' connections behind a pooler, whose settings limit them", () => {
    const config = readConfig({ ...database({ pooler: { host: "pool.example" } }), leaseSeconds: "30" });
    assert.equal(config.migration.connectionsNeeded, 4);
  });

  test("reads registry credentials from the environment if a registry is configured", async () => {
    const env = { REGISTRY_USERNAME: "ci", REGISTRY_PASSWORD: "geheim" };
    const { build } = readConfig({ image: { build: { registry: "registry.example" } } }, env).image;
    assert.equal(build?.credentials?.username, "ci");
    assert.equal(await isSecret(output(build?.credentials?.password)), true);
    assert.equal(readConfig({}, env).image.build?.credentials, undefined);
  });

  test("allows more Jobs with an existing PostgreSQL than with the bundled one", () => {
    assert.deepEqual(configProblems({ maxReplicaCount: "5000", ...database() }), []);
  });
});
