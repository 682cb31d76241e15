import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Changed, configProblems } from "../tests/support/pulumi/configProblems.ts";
import { declaredDefaults } from "../tests/support/pulumi/declaredConfig.ts";
import { assertOneProblem, programProblems } from "../tests/support/pulumi/problems.ts";
import { COMMAND, database, EXISTING, PAGES } from "../tests/support/pulumi/stackSettings.ts";
import { readStackConfig } from "./stackConfig.ts";

describe("names in the stack's configuration", () => {
  const refused: Record<string, Changed> = {
    "database.existing.host must be a host name": database({ host: "db.example:5433" }),
    "database.existing.pooler.host must be": database({ pooler: { host: "p:1" } }),
    "database.existing.database must be a database name": database({
      database: "postgresql://u:geheim@db.example/shop",
    }),
    'got "postgresql://...@db.example/shop?password=..."': database({
      host: "postgresql://u:geheim@db.example/shop?password=geheim",
    }),
    'got "host=db password = ... port=1"': database({ host: "host=db password = 'ge heim' port=1" }),
    "database.existing.tls.caFile must be": database({ tls: { caFile: "-----BEGIN PRIVATE KEY-----\ngeheim" } }),
    'got "https://...@registry.example"': { image: { build: { registry: "https://ci:geheim@registry.example" } } },
    ...Object.fromEntries(
      ["localhost", "127.0.0.1", "::1"].map((host) => [
        `database.existing.host must be a host that pods and KEDA's operator reach (this one is the pod itself); got "${host}"`,
        database({ host }),
      ]),
    ),
    'got "shop_worker" twice': database({ admin: { user: "shop_worker", secretName: "a" }, rolePrefix: "shop" }),
    "database.existing.database must be a database name of at most 63 bytes": database({ database: "ü".repeat(32) }),
    "database.existing.admin.user must be a role name of at most 63 bytes": database({
      admin: { user: "ü".repeat(32), secretName: "a" },
    }),
    // A template in an annotation, which the bundled PostgreSQL's chart would evaluate.
    "pod.annotations.vault.example/template must not contain {{ with the bundled PostgreSQL": {
      pod: { annotations: { "vault.example/template": "{{ with x }}" } },
    },
    'pod.podSpecPatch.initContainers must have other names than the batch (its container is named after it); got "page"':
      { batches: [{ ...PAGES, pod: { podSpecPatch: { initContainers: [{ name: "page", image: "a" }] } } }] },
    '(which have no login); got "batch_owner"': database({
      worker: { user: "batch_owner", secretName: "w" },
      scaler: { user: "s", secretName: "s" },
    }),
    "database.existing must not name the Secret postgres-worker (it is created for another password)": database({
      admin: { user: "owner", secretName: "postgres-worker" },
    }),
    "database.existing.rolePrefix must be": database({ rolePrefix: "pg" }),
    'namespace must be other than KEDA\'s (each is created, and deleted with everything in it); got "keda" for both': {
      namespace: "keda",
    },
    // The namespace of an existing KEDA, which would be deleted.
    "namespace must be other than KEDA's": { namespace: "operators", keda: { existing: { namespace: "operators" } } },
    'namespace with createNamespace must be none of Kubernetes\' own namespaces (it is created, and deleted at the end with everything in it); got "default"':
      { namespace: "default" },
    "keda.install.namespace must be none of Kubernetes' own namespaces": {
      keda: { install: { namespace: "kube-system" } },
    },
    "keda.existing.namespace must be 1 to 63": { keda: { existing: { namespace: "a.b" } } },
    "keda.install.releaseName must be 1 to 53": { keda: { install: { releaseName: "a".repeat(54) } } },
    // Names of PostgreSQL's release, which its StatefulSet has as well, with which Kubernetes creates no pod.
    "database.install.releaseName must be 1 to 41": { database: { install: { releaseName: "a".repeat(42) } } },
    'database.install.releaseName must be 1 to 41 characters (52 if "postgresql" is among them)': {
      database: { install: { releaseName: `postgresql-${"a".repeat(42)}` } },
    },
    'pod.resources.limits.cpu must be at least cpu (the request); got "0.1" and "500m"': {
      cpu: "500m",
      batches: [{ ...PAGES, pod: { resources: { limits: { cpu: "0.1" } } } }],
    },
    "batches[0].kind must be other than the sample's": { batches: [{ kind: "clap", table: "pages" }] },
    "batches[0].command[1] must be": { batches: [{ ...COMMAND, command: ["a", "b\0"] }] },
    "batches[0].image must be an image reference": {
      batches: [{ ...COMMAND, image: `registry.example/${"a".repeat(240)}:1` }],
    },
  };
  for (const [says, changed] of Object.entries(refused))
    test(`refuses a name with one message that shows no password: ${says}`, () =>
      assertOneProblem(configProblems(changed), says));

  for (const password of ["ge'heim", "ge\\heim", "ge heim", "geheim\n"])
    test(`refuses ${JSON.stringify(password)} as the password of KEDA's role, and does not show it`, () => {
      const roles = { worker: { user: "w", secretName: "w" }, scaler: { user: "s", password } };
      assertOneProblem(
        configProblems(database(roles)),
        "database.existing.scaler.password must have no white space, ' and \\ (KEDA before 2.20 reads them as syntax of a connection string); got one of them",
      );
    });

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

  test("may have every special character in a password, except those that KEDA before 2.20 misreads in its own", () => {
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
    const problems = programProblems(() => readStackConfig((key) => values[key], {}, [], ["cpu", "database"]));
    assert.ok(!problems.join().includes("geheim"));
    assert.deepEqual(
      problems.map((line) => [line.split(" must be")[0], line.replace(/^.*; got /, "")]),
      [
        ["maxReplicaCount", "0"],
        ["cpu", "a secret"],
        ["database.existing.host", "a secret"],
        ["database.existing.database", "nothing"],
        ["a key of database.existing", '"hots"'],
      ],
    );
  });

  test("may have the batches in an existing namespace, also with an existing KEDA", () => {
    const shared = { namespace: "default", createNamespace: "false", keda: { existing: { namespace: "default" } } };
    assert.deepEqual(configProblems(shared), []);
    assert.deepEqual(configProblems(database({ host: "fd00::1", pooler: undefined })), []);
    const prepared = ["worker", "scaler"].map((role) => [role, { user: role, secretName: `postgres-${role}` }]);
    assert.deepEqual(configProblems(database(Object.fromEntries(prepared))), []);
    assert.deepEqual(configProblems({ batches: [{ kind: "clap", table: "public.make_it_clap" }] }), []);
  });
});
