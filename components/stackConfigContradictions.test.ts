import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { type Changed, configProblems } from "../tests/support/pulumi/configProblems.ts";

const folder = mkdtempSync(join(tmpdir(), "contradictions-"));
after(() => rmSync(folder, { recursive: true }));
const caFile = join(folder, "ca.pem");
writeFileSync(caFile, "-----BEGIN CERTIFICATE-----\n");

const EXISTING = { host: "db.example", database: "shop", admin: { user: "owner", secretName: "owner" } };
const database = (changed: object = {}) => ({ database: { existing: { ...EXISTING, ...changed } } });
const PAGES = { kind: "page", table: "pages" };
const VOLUME = { name: "data", emptyDir: {} };
const MOUNT = { name: "data", mountPath: "/data" };
const COMMAND = { ...PAGES, image: "pages:1", command: ["python3", "work.py"] };

describe("the stack's configuration", () => {
  const contradictions: Record<string, readonly [changed: Changed, says: string]> = {
    "a KEDA that is both installed and existing": [
      { keda: { install: {}, existing: { namespace: "k" } } },
      "keda must have one of install and existing",
    ],
    "an existing KEDA without a namespace": [{ keda: { existing: {} } }, "keda.existing.namespace must be"],
    "a KEDA with an unknown key": [
      { keda: { exists: {} } },
      'a key of keda must be one of install, existing (no other is known); got "exists"',
    ],
    "a chart given in two places": [{ keda: { install: { chart: "x" } } }, 'got "chart"'],
    "a PostgreSQL that is both installed and existing": [
      { database: { install: {}, existing: EXISTING } },
      "database must have one of install and existing",
    ],
    "an existing database without a host": [database({ host: undefined }), "database.existing.host must be"],
    "a missing certificate file": [
      database({ tls: { caFile: "no/such.pem" } }),
      "database.existing.tls.caFile must be the path of a file with a certificate in PEM",
    ],
    "a file that is not a certificate": [
      database({ tls: { caFile: "package.json" } }),
      "database.existing.tls.caFile must be",
    ],
    "a URL as a certificate's name": [
      database({ tls: { serverName: "https://db.internal" } }),
      "database.existing.tls.serverName must be a host name in the server's certificate",
    ],
    "a certificate's name that nothing compares": [
      database({ tls: { mode: "require", serverName: "db.internal" } }),
      "database.existing.tls.mode must be verify-full with serverName",
    ],
    "a pooler's certificate's name that nothing compares": [
      database({ tls: { mode: "require" }, pooler: { host: "pool.example", serverName: "pool.internal" } }),
      "database.existing.tls.mode must be verify-full with pooler.serverName",
    ],
    "a certificate's name that KEDA's poll does not know": [
      database({ tls: { scalerMode: "verify-full", serverName: "db.internal" } }),
      "database.existing.tls.scalerMode must be require with serverName",
    ],
    "two certificate authorities": [
      database({ tls: { caFile, caSecretName: "ca" } }),
      "database.existing.tls must have one of caFile and caSecretName",
    ],
    "a pooler without a lease": [
      database({ pooler: { host: "pool.example" } }),
      "leaseSeconds must be 1 or more behind a pooler",
    ],
    "a pooler and one batch without a lease": [
      {
        ...database({ pooler: { host: "p" } }),
        leaseSeconds: "9",
        batches: [PAGES, { ...PAGES, kind: "b", leaseSeconds: 0 }],
      },
      "leaseSeconds must be 1 or more behind a pooler",
    ],
    "a sidecar that declares the port of the liveness probe": [
      { pod: { podSpecPatch: { initContainers: [{ name: "proxy", ports: [{ containerPort: 28_543 }] }] } } },
      "livenessPort must be a port that no container of pod.podSpecPatch declares",
    ],
    "a batch's sidecar that declares the batch's port": [
      {
        batches: [
          {
            ...COMMAND,
            livenessPort: 9_000,
            pod: { podSpecPatch: { initContainers: [{ name: "proxy", ports: [{ containerPort: 9_000 }] }] } },
          },
        ],
      },
      "livenessPort must be a port that no container of pod.podSpecPatch declares",
    ],
    "an image that is both built and existing": [
      { image: { build: {}, existing: "a:1" } },
      "image must have one of build and existing",
    ],
    "an existing image without a runner for a batch's command": [
      { image: { existing: "a:1" }, batches: [COMMAND] },
      "image.existingRunner must be set together with image.existing",
    ],
    "an existing runner without an existing worker image": [
      { image: { existingRunner: "a:1" } },
      "image.existingRunner must be set together with existing",
    ],
    "a stage of the build": [{ image: { build: { target: "x" } } }, 'got "target"'],
    "registry credentials in the config": [
      { image: { build: { registry: "a", credentials: {} } } },
      'got "credentials"',
    ],
    "more Jobs than the bundled PostgreSQL has connections for": [
      { maxReplicaCount: "81" },
      "maxReplicaCount must be at most 80 for all batches together",
    ],
    "more Jobs in all batches together than it has connections for": [
      {
        batches: [
          { ...PAGES, maxReplicaCount: 60 },
          { ...PAGES, kind: "b", maxReplicaCount: 30 },
        ],
      },
      "got 90 (page 60, b 30)",
    ],
    "two batches of the same kind": [
      { batches: [PAGES, { ...PAGES, name: "other" }] },
      'batches must have different kinds (each batch is one ScaledJob for one table); got "page" twice',
    ],
    "two batches with the same name": [
      { batches: [PAGES, { ...PAGES, kind: "b", name: "page" }] },
      "batches must have different names",
    ],
    "a batch without a kind": [{ batches: [{ table: "pages" }] }, "batches[0].kind must be"],
    "a batch without a table": [{ batches: [{ kind: "page" }] }, "batches[0].table must be"],
    "an empty command": [
      { batches: [{ ...COMMAND, command: [] }] },
      "batches[0].command must be a list of 1 or more (a program and its arguments); got an empty one",
    ],
    "a command that is a string": [
      { batches: [{ ...COMMAND, command: "python3 work.py" }] },
      "batches[0].command must be a list",
    ],
    "a command that contains a number": [
      { batches: [{ ...COMMAND, command: ["sleep", 5] }] },
      "batches[0].command[1] must be a string",
    ],
    "a command without an image": [
      { batches: [{ ...PAGES, command: ["a"] }] },
      "batches[0] must have all of image, command, or none",
    ],
    "an image without a command": [
      { batches: [{ ...PAGES, image: "a:1" }] },
      "batches[0] must have all of image, command, or none",
    ],
    "an image reference with a space": [
      { batches: [{ ...COMMAND, image: "a b" }] },
      "batches[0].image must be an image reference",
    ],
    "a pull policy without an image": [
      { batches: [{ ...PAGES, imagePullPolicy: "Always" }] },
      "batches[0].imagePullPolicy must be set together with image",
    ],
    "final exit codes without a command": [
      { batches: [{ ...PAGES, finalExitCodes: [3] }] },
      "batches[0] must have command with finalExitCodes",
    ],
    "a final exit code that asks for another attempt": [
      { batches: [{ ...COMMAND, finalExitCodes: [75] }] },
      "batches[0].finalExitCodes[0] must be an exit code other than 75",
    ],
    "a delay of deferred requests without a command": [
      { batches: [{ ...PAGES, retryAfterSeconds: 5 }] },
      "batches[0] must have command with retryAfterSeconds",
    ],
    "an environment variable that is a number": [
      { batches: [{ ...COMMAND, env: { A: 1 } }] },
      "batches[0].env.A must be a string",
    ],
    "an environment variable reserved for the worker": [
      { batches: [{ ...COMMAND, env: { PGPASSWORD: "geheim" } }] },
      'the key "PGPASSWORD" of batches[0].env',
    ],
    "a setting with a unit": [
      { batches: [{ ...PAGES, timeoutSeconds: "5m" }] },
      "batches[0].timeoutSeconds must be a whole number from 0 to 604800",
    ],
    "a numeric setting that is a string": [
      { batches: [{ ...PAGES, maxReplicaCount: "3" }] },
      'batches[0].maxReplicaCount must be a whole number from 1 to 10000 (each Job is a pod and a database connection); got "3"',
    ],
    "an unknown key in a batch": [{ batches: [{ ...PAGES, maxReplicas: 3 }] }, 'got "maxReplicas"'],
    "a table name that is not valid SQL": [
      { batches: [{ ...PAGES, table: "a b" }] },
      "batches[0].table must be a table name in SQL syntax",
    ],
    "a kind that batch.attach() refuses": [
      { batches: [{ ...PAGES, kind: "Page" }] },
      "batches[0].kind must be 1 to 40",
    ],
    "a kind from which no valid name can be derived": [
      { batches: [{ ...PAGES, kind: "page_" }] },
      "batches[0].name, derived from kind, must be",
    ],
    "a batch whose volumes replace the stack's, which the stack mounts": [
      { pod: { volumes: [VOLUME], volumeMounts: [MOUNT] }, batches: [{ ...PAGES, pod: { volumes: [] } }] },
      'batches[0].pod.volumeMounts must name a volume of batches[0].pod.volumes (it is mounted); got "data"',
    ],
    "a batch that mounts no volume of its own or the stack's": [
      { batches: [{ ...PAGES, pod: { volumeMounts: [MOUNT] } }] },
      "batches[0].pod.volumeMounts must name a volume of batches[0].pod.volumes",
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
    test(`refuses ${what} with one message that names it`, () => {
      const [message = "", ...others] = configProblems(changed);
      assert.deepEqual(others, []);
      assert.ok(message.includes(says), message);
      assert.ok(!message.includes("geheim"), message);
    });
  }

  test("may mount a volume of the stack in one batch", () => {
    const batches = [PAGES, { ...PAGES, kind: "b", pod: { volumeMounts: [MOUNT] } }];
    assert.deepEqual(configProblems({ pod: { volumes: [VOLUME] }, batches }), []);
  });

  test("refuses half of the registry's credentials", () => {
    const registry = { image: { build: { registry: "registry.example" } } };
    for (const env of [{ REGISTRY_USERNAME: "ci" }, { REGISTRY_PASSWORD: "geheim" }]) {
      const [message = "", ...others] = configProblems(registry, env as Record<string, string>);
      assert.deepEqual(others, []);
      assert.match(message, /^REGISTRY_USERNAME and REGISTRY_PASSWORD must be set together or not at all/);
    }
  });

  test("never shows any part of a connection URL given as the database", () => {
    const [message = ""] = configProblems({ database: "postgres://owner:geheim@db.example/shop" });
    assert.ok(!message.includes("geheim"), message);
  });
});
