import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { output } from "@pulumi/pulumi";
import { assertRefused } from "../tests/support/pulumi/problems.ts";
import { mockEngine, recordResources, sentResources, settled } from "../tests/support/pulumi/recordResources.ts";
import { validateScaledJob } from "../tests/support/pulumi/validateScaledJob.ts";
import { readCommandSettings } from "../worker/src/command/commandSettings.ts";
import { BatchScaledJob, type BatchScaledJobArgs } from "./batchScaledJob.ts";
import { BATCH_DEFAULTS } from "./batchSettings.ts";

await mockEngine();
const ARGS: BatchScaledJobArgs = {
  kind: "clap",
  namespace: "batches",
  image: { reference: "worker:tag" },
  database: { host: "postgres.example", port: 5432, database: "postgres", sslMode: "verify-full", caSecretName: "crt" },
  worker: { user: "batch_worker", secretName: "batch-worker", secretKey: "password" },
  scaler: { user: "batch_scaler", secretName: "batch-scaler", secretKey: "password" },
  graceSeconds: 45,
  pod: { labels: { team: "shop" }, annotations: { owner: "shop" } },
};
const { component: batch, resources } = await recordResources((options) => new BatchScaledJob("claps", ARGS, options));
const [top, authentication, scaledJob, ...others] = resources;
const job = JSON.parse(await settled(batch.job));

describe("a batch", () => {
  test("is a TriggerAuthentication and a ScaledJob that depends on it, and nothing else", () => {
    assert.deepEqual(others, []);
    assert.equal(top?.type, "postgres-batch:index:BatchScaledJob");
    assert.deepEqual(top?.inputs, {});
    assert.deepEqual(
      [authentication, scaledJob].map((child) => [child?.type, child?.name, child?.parent]),
      [
        ["kubernetes:keda.sh/v1alpha1:TriggerAuthentication", "claps-auth", "BatchScaledJob claps"],
        ["kubernetes:keda.sh/v1alpha1:ScaledJob", "claps", "BatchScaledJob claps"],
      ],
    );
    assert.deepEqual(scaledJob?.dependsOn, ["TriggerAuthentication claps-auth"]);
  });

  test("is deleted explicitly, not with its namespace, because only KEDA's operator removes the finalizers", () => {
    assert.equal(authentication?.deletedWith, undefined);
    assert.equal(scaledJob?.deletedWith, undefined);
  });

  test("may take its grace period plus two minutes to be deleted, and must be ready within two minutes", () => {
    assert.deepEqual(scaledJob?.options.customTimeouts, { create: "2m", update: "2m", delete: "165s" });
    assert.deepEqual(scaledJob?.inputs.metadata, {
      namespace: "batches",
      name: "claps",
      labels: { team: "shop" },
      annotations: { owner: "shop", "pulumi.com/waitFor": "condition=Ready" },
    });
  });

  test("puts its labels and annotations on every object", () => {
    for (const metadata of [authentication?.inputs.metadata, job.metadata, job.spec.template.metadata])
      assert.partialDeepStrictEqual(metadata, { labels: { team: "shop" }, annotations: { owner: "shop" } });
  });

  test("polls with the scaler's password, which stays in its Secret", () => {
    assert.deepEqual(authentication?.inputs.spec, {
      secretTargetRef: [{ parameter: "password", name: "batch-scaler", key: "password" }],
    });
  });

  test("matches the CRD of the pinned KEDA chart", () => {
    assert.deepEqual(validateScaledJob(scaledJob?.inputs), []);
  });

  test("outputs a Job in its namespace as JSON for kubectl", () => {
    assert.deepEqual([job.kind, job.metadata.namespace, job.metadata.generateName], ["Job", "batches", "claps-"]);
  });
});

test("a batch of a command gives its pods what exit codes mean", async () => {
  const exitCodes = { finalExitCodes: [3, 4], retryAfterSeconds: 5 };
  const command = { command: ["true"], runner: { reference: "runner:1" }, ...exitCodes };
  const job = JSON.parse(await settled(new BatchScaledJob("codes", { ...ARGS, ...command }).job));
  const env: { name: string; value?: string }[] = job.spec.template.spec.containers[0].env;
  const settings = readCommandSettings(Object.fromEntries(env.map(({ name, value }) => [name, value])));
  assert.partialDeepStrictEqual(settings, exitCodes);
});

describe("a batch's arguments", () => {
  function make(changed: object): void {
    new BatchScaledJob(`wrong-${JSON.stringify(changed)}`, { ...ARGS, name: "wrong", ...changed });
  }

  const RUNNER = { reference: "runner:1" };
  const wrong: Record<string, object> = {
    'name must be 1 to 57 characters from a-z, 0-9 and "-", starting with a letter': { name: "a".repeat(58) },
    '(a batch\'s Jobs are named after it); got "Claps"': { name: "Claps" },
    "kind must be 1 to 40": { kind: "Page" },
    'database.host must be a host name or an address (pods connect to it; the port is a separate key); got "postgres.example:5433"':
      { database: { ...ARGS.database, host: "postgres.example:5433" } },
    // Kubernetes would replace it.
    "database.database must be a database name of at most 63 bytes without spaces, quotes, zero bytes, $ and \\ (it holds the queue)":
      { database: { ...ARGS.database, database: "$(KIND)" } },
    "database.database must be a database name of": { database: { ...ARGS.database, database: "shop\0" } },
    "worker.user must be a role name": { worker: { ...ARGS.worker, user: "worker\0" } },
    // KEDA would misread it.
    "scaler.user must be a role name": { scaler: { ...ARGS.scaler, user: "batch scaler's" } },
    "worker.secretName must be a name of a-z": { worker: { ...ARGS.worker, secretName: "Worker" } },
    'worker.secretKey must be a key in the Secret (letters, digits, _, . and -) (it holds the password); got "a b"': {
      worker: { ...ARGS.worker, secretKey: "a b" },
    },
    "database.caSecretKey must be a key in the Secret": { database: { ...ARGS.database, caSecretKey: "ca/crt" } },
    "database.sslMode must be verify-full with a certificate authority (require does not check it)": {
      database: { ...ARGS.database, sslMode: "require" },
    },
    "database.caSecretKey must be set together with caSecretName": {
      database: { host: "db.example", port: 5432, database: "shop", sslMode: "verify-full", caSecretKey: "a" },
    },
    "image.reference must be set": { image: {} },
    // KEDA would create Jobs whose pods wait for ever.
    'image.reference must be an image reference: a lower-case name, optionally preceded by a registry and followed by a tag or a digest (the image that pods run); got "pages 1"':
      { image: { reference: "pages 1" } },
    "image.reference must be an image reference: a lower-case name, optionally": { image: { reference: null } },
    "runner.reference must be an image reference": { runner: { reference: "Runner:1" }, command: ["a"] },
    "command must be a list of 1 or more": { command: [], runner: RUNNER },
    "command[0] must be a program": { command: [""], runner: RUNNER },
    "command[1] must be a string": { command: ["sleep", 5], runner: RUNNER },
    // It may be a password.
    "(an argument; quote numbers); got one with it": { command: ["login", "a\0"], runner: RUNNER },
    "(an argument; quote numbers); got a number": { command: ["login", 5], runner: RUNNER },
    "command must be at most 131063 bytes as JSON (it is passed to the runner in a variable, and Linux starts no program with a longer one)":
      { command: ["sh", "-c", '"'.repeat(70_000)], runner: RUNNER },
    "must have all of command, runner": { command: ["a"] },
    "must have command with finalExitCodes": { finalExitCodes: [3] },
    "must have command with mountRunner": { mountRunner: true },
    "mountRunner must be": { mountRunner: "yes", command: ["a"], runner: RUNNER },
    "finalExitCodes[0]": { finalExitCodes: [0], command: ["a"], runner: RUNNER },
    "finalExitCodes[1] must be an exit code other than 75": { finalExitCodes: [3, 75], command: ["a"], runner: RUNNER },
    "must have command with retryAfterSeconds": { retryAfterSeconds: 5 },
    "retryAfterSeconds must be a number from 0 to 604800": {
      retryAfterSeconds: 604_801,
      command: ["a"],
      runner: RUNNER,
    },
    "pollingInterval must be a whole number from 1 to 3600": { pollingInterval: 0 },
    "maxReplicaCount must be a whole number": { maxReplicaCount: 0.5 },
    "timeoutSeconds must be a whole number from 0 to 604800": { timeoutSeconds: 604_801 },
    "memory must be a memory quantity": { memory: "128" },
    "database.sslMode must be require or verify-full": { database: { ...ARGS.database, sslMode: "disable" } },
    "leaseSeconds must be 1 or more behind a pooler": { database: { ...ARGS.database, pooler: { host: "p" } } },
    'got "maxReplicas"': { maxReplicas: 1 },
    "pod.podSpecPatch must not change": { pod: { podSpecPatch: { restartPolicy: "Always" } } },
  };
  for (const [says, changed] of Object.entries(wrong)) {
    test(`a mistake is refused with one line, before anything is created: ${says}`, () => {
      const before = sentResources().size;
      assertRefused(() => make(changed), says);
      assert.ok(![...sentResources().keys()].slice(before).some((key) => key.includes("keda.sh")));
    });
  }

  for (const name of ["a", "postgres-batch", "a".repeat(57), "b2"])
    test(`a batch may be named ${name}`, () => make({ name }));

  test("that are undefined have their defaults, as an unset config.getNumber()", async () => {
    const unset = Object.fromEntries(Object.keys(BATCH_DEFAULTS).map((key) => [key, undefined]));
    const pooler = { host: "pooler.example", port: undefined };
    const args = {
      ...ARGS,
      ...unset,
      leaseSeconds: 30,
      name: undefined,
      pod: { topologySpreadConstraints: undefined },
    };
    const changed = { ...args, database: { ...ARGS.database, pooler } } as unknown as BatchScaledJobArgs;
    const unsetBatch = await recordResources((options) => new BatchScaledJob("unset", changed, options));
    const scaled = unsetBatch.resources.at(-1)?.inputs;
    assert.deepEqual(validateScaledJob(scaled), []);
    assert.ok(!/undefined|NaN|null/.test(JSON.stringify(scaled)), JSON.stringify(scaled));
    assert.equal(scaled.spec.maxReplicaCount, 5 * BATCH_DEFAULTS.maxReplicaCount);
    assert.match(JSON.stringify(scaled), /"topologyKey":"kubernetes.io\/hostname"/);
  });

  test("may be outputs of other resources", () =>
    make({
      namespace: output("batches"),
      worker: { ...ARGS.worker, secretName: output("x") },
      pod: { podSpecPatch: output({ dnsPolicy: "Default" }) },
    }));
});
