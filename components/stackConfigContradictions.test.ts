import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { createFolder } from "../tests/support/createFolder.ts";
import { type Changed, configProblems } from "../tests/support/pulumi/configProblems.ts";
import { sidecarPatch } from "../tests/support/pulumi/patches.ts";
import { assertOneProblem, onlyProblem } from "../tests/support/pulumi/problems.ts";
import { COMMAND, database, EXISTING, PAGES } from "../tests/support/pulumi/stackSettings.ts";

const caFile = join(createFolder({ "ca.pem": "-----BEGIN CERTIFICATE-----\n" }), "ca.pem");
const VOLUME = { name: "data", emptyDir: {} };
const MOUNT = { name: "data", mountPath: "/data" };

describe("the stack's configuration", () => {
  const contradictions: Record<string, Changed> = {
    "keda must have one of install and existing": { keda: { install: {}, existing: { namespace: "k" } } },
    "keda.existing.namespace must be": { keda: { existing: {} } },
    'a key of keda must be one of install, existing (no other is known); got "exists"': { keda: { exists: {} } },
    'got "chart"': { keda: { install: { chart: "x" } } },
    "database must have one of install and existing": { database: { install: {}, existing: EXISTING } },
    "database.existing.host must be": database({ host: undefined }),
    "database.existing.tls.caFile must be the path of a file with a certificate in PEM": database({
      tls: { caFile: "no/such.pem" },
    }),
    "database.existing.tls.caFile must be": database({ tls: { caFile: "package.json" } }),
    "database.existing.tls.serverName must be a host name in the server's certificate": database({
      tls: { serverName: "https://db.internal" },
    }),
    "database.existing.tls.mode must be verify-full with serverName": database({
      tls: { mode: "require", serverName: "db.internal" },
    }),
    "database.existing.tls.mode must be verify-full with pooler.serverName": database({
      tls: { mode: "require" },
      pooler: { host: "pool.example", serverName: "pool.internal" },
    }),
    "database.existing.tls.scalerMode must be require with serverName": database({
      tls: { scalerMode: "verify-full", serverName: "db.internal" },
    }),
    "database.existing.tls must have one of caFile and caSecretName": database({ tls: { caFile, caSecretName: "ca" } }),
    "leaseSeconds must be 1 or more behind a pooler": database({ pooler: { host: "pool.example" } }),
    "leaseSeconds must be 1 or more behind a pooler (each transaction may get another session, so a session lock cannot keep a claim); got 0":
      {
        ...database({ pooler: { host: "p" } }),
        leaseSeconds: "9",
        batches: [PAGES, { ...PAGES, kind: "b", leaseSeconds: 0 }],
      },
    "livenessPort must be a port that no container of pod.podSpecPatch declares (the worker answers on it), or 0; got 28543":
      { pod: sidecarPatch({ ports: [{ containerPort: 28_543 }] }) },
    "livenessPort must be a port that no container of pod.podSpecPatch declares (the worker answers on it), or 0; got 9000":
      { batches: [{ ...COMMAND, livenessPort: 9_000, pod: sidecarPatch({ ports: [{ containerPort: 9_000 }] }) }] },
    "image must have one of build and existing": { image: { build: {}, existing: "a:1" } },
    "image.existingRunner must be set together with image.existing": { image: { existing: "a:1" }, batches: [COMMAND] },
    "image.existingRunner must be set together with existing": { image: { existingRunner: "a:1" } },
    "image.mountRunner must be set together with existing or build.registry": { image: { mountRunner: true } },
    'pod.nodeSelector.kubernetes.io/arch must be that of image.build.platform, linux/amd64 (the pushed image has one architecture); got "arm64"':
      {
        image: { build: { registry: "registry.example", platform: "linux/amd64" } },
        pod: { nodeSelector: { "kubernetes.io/arch": "arm64" } },
      },
    'got "target"': { image: { build: { target: "x" } } },
    'got "credentials"': { image: { build: { registry: "a", credentials: {} } } },
    "maxReplicaCount must be at most 80 for all batches together": { maxReplicaCount: "81" },
    "got 90 (page 60, b 30)": {
      batches: [
        { ...PAGES, maxReplicaCount: 60 },
        { ...PAGES, kind: "b", maxReplicaCount: 30 },
      ],
    },
    'batches must have different kinds (each batch is one ScaledJob for one table); got "page" twice': {
      batches: [PAGES, { ...PAGES, name: "other" }],
    },
    "batches must have different names": { batches: [PAGES, { ...PAGES, kind: "b", name: "page" }] },
    "batches[0].kind must be": { batches: [{ table: "pages" }] },
    "batches[0].table must be": { batches: [{ kind: "page" }] },
    "batches[0].command must be a list of 1 or more (a program and its arguments); got an empty one": {
      batches: [{ ...COMMAND, command: [] }],
    },
    "batches[0].command must be a list": { batches: [{ ...COMMAND, command: "python3 work.py" }] },
    "batches[0].command[1] must be a string": { batches: [{ ...COMMAND, command: ["sleep", 5] }] },
    "batches[0] must have all of image, command, or none (a command runs in the batch's image, a handler in the worker's); got command":
      { batches: [{ ...PAGES, command: ["a"] }] },
    "batches[0] must have all of image, command, or none (a command runs in the batch's image, a handler in the worker's); got image":
      { batches: [{ ...PAGES, image: "a:1" }] },
    "batches[0].image must be an image reference": { batches: [{ ...COMMAND, image: "a b" }] },
    "batches[0].imagePullPolicy must be set together with image": {
      batches: [{ ...PAGES, imagePullPolicy: "Always" }],
    },
    "batches[0] must have command with finalExitCodes": { batches: [{ ...PAGES, finalExitCodes: [3] }] },
    "batches[0].finalExitCodes[0] must be an exit code other than 75": {
      batches: [{ ...COMMAND, finalExitCodes: [75] }],
    },
    "batches[0] must have command with retryAfterSeconds": { batches: [{ ...PAGES, retryAfterSeconds: 5 }] },
    "batches[0].env.A must be a string": { batches: [{ ...COMMAND, env: { A: 1 } }] },
    'the key "PGPASSWORD" of batches[0].env': { batches: [{ ...COMMAND, env: { PGPASSWORD: "geheim" } }] },
    "batches[0].timeoutSeconds must be a whole number from 0 to 604800": {
      batches: [{ ...PAGES, timeoutSeconds: "5m" }],
    },
    'batches[0].maxReplicaCount must be a whole number from 1 to 10000 (each Job is a pod and a database connection); got "3"':
      { batches: [{ ...PAGES, maxReplicaCount: "3" }] },
    'got "maxReplicas"': { batches: [{ ...PAGES, maxReplicas: 3 }] },
    "batches[0].table must be a table name in SQL syntax": { batches: [{ ...PAGES, table: "a b" }] },
    "batches[0].kind must be 1 to 40": { batches: [{ ...PAGES, kind: "Page" }] },
    // A kind from which no valid name can be derived.
    "batches[0].name, derived from kind, must be": { batches: [{ ...PAGES, kind: "page_" }] },
    // A batch whose volumes replace the stack's, which the stack mounts.
    'batches[0].pod.volumeMounts must name a volume of batches[0].pod.volumes (it is mounted); got "data"': {
      pod: { volumes: [VOLUME], volumeMounts: [MOUNT] },
      batches: [{ ...PAGES, pod: { volumes: [] } }],
    },
    "batches[0].pod.volumeMounts must name a volume of batches[0].pod.volumes": {
      batches: [{ ...PAGES, pod: { volumeMounts: [MOUNT] } }],
    },
    "pod.podSpecPatch must not change hostPID": { pod: { podSpecPatch: { hostPID: true } } },
    'the key "KIND" of batches[0].pod.env': { batches: [{ ...PAGES, pod: { env: { KIND: "x" } } }] },
  };
  for (const [says, changed] of Object.entries(contradictions))
    test(`refuses a contradiction with one message: ${says}`, () => assertOneProblem(configProblems(changed), says));

  test("may mount a volume of the stack in one batch", () => {
    const batches = [PAGES, { ...PAGES, kind: "b", pod: { volumeMounts: [MOUNT] } }];
    assert.deepEqual(configProblems({ pod: { volumes: [VOLUME] }, batches }), []);
  });

  test("refuses half of the registry's credentials", () => {
    const registry = { image: { build: { registry: "registry.example" } } };
    for (const env of [{ REGISTRY_USERNAME: "ci" }, { REGISTRY_PASSWORD: "geheim" }]) {
      const message = onlyProblem(configProblems(registry, env as Record<string, string>));
      assert.match(message, /^REGISTRY_USERNAME and REGISTRY_PASSWORD must be set together or not at all/);
    }
  });

  test("never shows any part of a connection URL given as the database", () => {
    assertOneProblem(configProblems({ database: "postgres://owner:geheim@db.example/shop" }), "database must be");
  });
});
