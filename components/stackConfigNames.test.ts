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
    "a database whose name PostgreSQL would truncate": [
      database({ database: "ü".repeat(32) }),
      "database.existing.database must be a database name of at most 63 bytes",
    ],
    "a role whose name PostgreSQL would truncate": [
      database({ admin: { user: "ü".repeat(32), secretName: "a" } }),
      "database.existing.admin.user must be a role name of at most 63 bytes",
    ],
    ...Object.fromEntries(
      ["ge'heim", "ge\\heim", "ge heim", "geheim\n"].map((password) => [
        `${JSON.stringify(password)} as the password of KEDA's poll, which would misread it`,
        [
          database({ worker: { user: "w", secretName: "w" }, scaler: { user: "s", password } }),
          "database.existing.scaler.password must have no white space, ' and \\ (KEDA's poll would read them as syntax of a connection string); got one of them",
        ],
      ]),
    ),
    "a template in an annotation, which the bundled PostgreSQL's chart would evaluate": [
      { pod: { annotations: { "vault.example/template": "{{ with x }}" } } },
      "pod.annotations.vault.example/template must not contain {{ with the bundled PostgreSQL",
    ],
    "an init container that is named like a batch": [
      { batches: [{ ...PAGES, pod: { podSpecPatch: { initContainers: [{ name: "page", image: "a" }] } } }] },
      'pod.podSpecPatch.initContainers must have other names than the batch (its container is named after it); got "page"',
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
      'namespace must be other than KEDA\'s (each is created, and deleted with everything in it); got "keda" for both',
    ],
    "the namespace of an existing KEDA, which would be deleted": [
      { namespace: "operators", keda: { existing: { namespace: "operators" } } },
      "namespace must be other than KEDA's",
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
    "a name of PostgreSQL's release with which Kubernetes creates no pod": [
      { database: { install: { releaseName: "a".repeat(42) } } },
      "database.install.releaseName must be 1 to 41",
    ],
    "a name of PostgreSQL's release, which its StatefulSet has as well, with which Kubernetes creates no pod": [
      { database: { install: { releaseName: `postgresql-${"a".repeat(42)}` } } },
      "database.install.releaseName must be 1 to 41",
    ],
    "a CPU limit below the request": [
      { cpu: "500m", batches: [{ ...PAGES, pod: { resources: { limits: { cpu: "0.1" } } } }] },
      'pod.resources.limits.cpu must be at least cpu (the request); got "0.1" and "500m"',
    ],
    "the sample's kind for another table": [
      { batches: [{ kind: "clap", table: "pages" }] },
      "batches[0].kind must be other than the sample's",
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

  test("may have templates in annotations where no chart evaluates them: on a batch, or with an existing PostgreSQL", () => {
    const pod = { annotations: { "vault.example/template": "{{ with x }}" } };
    assert.deepEqual(configProblems({ batches: [{ ...PAGES, pod }] }), []);
    assert.deepEqual(configProblems({ pod, ...database() }), []);
  });

  test("may have every special character in a password, except those that KEDA misreads in its own", () => {
    const password = "@:/?#%'\"\\ $&=+ü";
    const roles = { worker: { user: "w", password }, scaler: { user: "s", password: '@:/?#%"$&=+ü' } };
    assert.deepEqual(configProblems(database({ admin: { user: "owner", password }, ...roles })), []);
  });

  test("shows the value of no key that is a secret", () => {
    const values: Record<string, string> = {
      ...declaredDefaults(),
      maxReplicaCount: "0",
      cpu: "geheim",
      database: JSON.stringify({ existing: { ...EXISTING, host: "geheim:1", database: undefined, hots: 1 } }),
    };
    assert.throws(
      () => readStackConfig((key) => values[key], {}, [], ["cpu", "database"]),
      ({ message }: Error) => {
        assert.deepEqual(
          message
            .split("\n")
            .slice(1)
            .map((line) => [line.split(" must be")[0], line.replace(/^.*; got /, "")]),
          [
            ["maxReplicaCount", "0"],
            ["cpu", "a secret"],
            ["database.existing.host", "a secret"],
            ["database.existing.database", "nothing"],
            ["a key of database.existing", '"hots"'],
          ],
        );
        return !message.includes("geheim");
      },
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
