import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Changed, configProblems } from "../tests/support/pulumi/configProblems.ts";
import { declaredDefaults } from "../tests/support/pulumi/declaredConfig.ts";
import { readStackConfig } from "./stackConfig.ts";

const EXISTING = { host: "db.example", database: "shop", admin: { user: "owner", secretName: "owner" } };
const database = (changed: object = {}) => ({ database: { existing: { ...EXISTING, ...changed } } });
const PAGES = { kind: "page", table: "pages" };
const COMMAND = { ...PAGES, image: "pages:1", command: ["python3", "work.py"] };

describe("names in the stack's configuration", () => {
  const refused: Record<string, readonly [changed: Changed, says: string]> = {
    "a host with a port": [database({ host: "db.example:5433" }), "database.existing.host must be a host name"],
    "a pooler's host with a port": [database({ pooler: { host: "p:1" } }), "database.existing.pooler.host must be"],
    "a URL as the database's name": [
      database({ database: "postgresql://u:geheim@db.example/shop" }),
      "database.existing.database must be a database name",
    ],
    "a URL as the host": [
      database({ host: "postgresql://u:geheim@db.example/shop?password=geheim" }),
      'got "postgresql://...@db.example/shop?password=..."',
    ],
    "a key instead of a certificate's file": [
      database({ tls: { caFile: "-----BEGIN PRIVATE KEY-----\ngeheim" } }),
      "database.existing.tls.caFile must be",
    ],
    "a password in the registry's URL": [
      { image: { build: { registry: "https://ci:geheim@registry.example" } } },
      'got "https://...@registry.example"',
    ],
    "an owner with a name that the migration gives another role": [
      database({ admin: { user: "shop_worker", secretName: "a" }, rolePrefix: "shop" }),
      'got "shop_worker" twice',
    ],
    "the queue's owner as the worker": [
      database({ worker: { user: "batch_owner", secretName: "w" }, scaler: { user: "s", secretName: "s" } }),
      '(which have no login); got "batch_owner"',
    ],
    "a Secret that would be replaced": [
      database({ admin: { user: "owner", secretName: "batch-worker" } }),
      "database.existing must not name the Secret batch-worker (it is created for another password)",
    ],
    "a prefix that PostgreSQL reserves": [database({ rolePrefix: "pg" }), "database.existing.rolePrefix must be"],
    "the namespace of KEDA for the batches": [
      { namespace: "keda" },
      'namespace must be another one than KEDA\'s (each is created, and deleted with everything in it); got "keda" for both',
    ],
    "the namespace of an existing KEDA, which would be deleted": [
      { namespace: "operators", keda: { existing: { namespace: "operators" } } },
      "namespace must be another one than KEDA's",
    ],
    "a namespace of every cluster that is created": [
      { namespace: "default" },
      'namespace with createNamespace must be none of Kubernetes\' own namespaces (it is created, and deleted at the end with everything in it); got "default"',
    ],
    "a namespace of every cluster for KEDA": [
      { keda: { install: { namespace: "kube-system" } } },
      "keda.install.namespace must be none of Kubernetes' own namespaces",
    ],
    "a namespace with a dot": [{ keda: { existing: { namespace: "a.b" } } }, "keda.existing.namespace must be 1 to 63"],
    "a release name that Helm refuses": [
      { keda: { install: { releaseName: "a".repeat(54) } } },
      "keda.install.releaseName must be 1 to 53",
    ],
    "a CPU limit below the request": [
      { cpu: "500m", batches: [{ ...PAGES, pod: { resources: { limits: { cpu: "0.1" } } } }] },
      'pod.resources.limits.cpu must be at least cpu (the request); got "0.1" and "500m"',
    ],
    "the sample's kind for another table": [
      { batches: [{ kind: "clap", table: "pages" }] },
      "batches[0].kind must be another one than the sample's",
    ],
    "a zero byte in a command": [{ batches: [{ ...COMMAND, command: ["a", "b\0"] }] }, "batches[0].command[1] must be"],
    "an image name that is too long": [
      { batches: [{ ...COMMAND, image: `registry.example/${"a".repeat(240)}:1` }] },
      "batches[0].image must be an image reference",
    ],
  };
  for (const [what, [changed, says]] of Object.entries(refused)) {
    test(`refuses ${what} with one message that shows no password`, () => {
      const [message = "", ...others] = configProblems(changed);
      assert.deepEqual(others, []);
      assert.ok(message.includes(says), message);
      assert.ok(!message.includes("geheim"), message);
    });
  }

  test("refuses a key that nothing reads: Pulumi accepts it", () => {
    const defaults = declaredDefaults();
    const read = (...names: string[]) => readStackConfig((key) => defaults[key], {}, names);
    assert.throws(
      () => read("maxReplicaCount", "maxReplicas"),
      /\na key must be one of .*maxReplicaCount.*; got "maxReplicas"$/m,
    );
  });

  test("may have the batches in an existing namespace, also with an existing KEDA", () => {
    const shared = { namespace: "default", createNamespace: "false", keda: { existing: { namespace: "default" } } };
    assert.deepEqual(configProblems(shared), []);
    assert.deepEqual(configProblems(database({ host: "fd00::1", pooler: undefined })), []);
    const prepared = ["worker", "scaler"].map((role) => [role, { user: role, secretName: `batch-${role}` }]);
    assert.deepEqual(configProblems(database(Object.fromEntries(prepared))), []);
    assert.deepEqual(configProblems({ batches: [{ kind: "clap", table: "public.make_it_clap" }] }), []);
  });
});
