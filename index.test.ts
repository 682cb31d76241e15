import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import { load } from "js-yaml";
import { schemaVersion } from "./components/schemaMigration.ts";
import { configureStack } from "./tests/support/pulumi/configureStack.ts";
import { mockEngine, PASSWORD, recordProgram, sentResources, settled } from "./tests/support/pulumi/recordResources.ts";

/** No value is the default, so that a setting that the program does not pass on is noticed. */
const SETTINGS = {
  pollingInterval: "7",
  maxReplicaCount: "11",
  backoffLimit: "3",
  passwordRotation: "after-the-leak",
  kubernetesContext: "mine",
  kedaChart: "oci://charts.example/keda",
  kedaImageRegistry: "keda.example",
  postgresqlChart: "oci://charts.example/postgresql",
  postgresqlImageRegistry: "postgresql.example",
  baseImage: "registry.example/node:24",
};

await mockEngine();
configureStack(SETTINGS);
const { program, resources } = await recordProgram(() => import("./index.ts"));
const job = JSON.parse(await settled(program.job));
const sent = sentResources();

/** The inputs with which the program created a resource. */
const inputs = (key: string) => sent.get(key);

describe("the program", () => {
  test("asks for exactly these resources", () => {
    assert.deepEqual([...sent.keys()].sort(), [
      "docker:index/image:Image postgres-batch",
      "kubernetes:batch/v1:Job schema-migration",
      "kubernetes:core/v1:Namespace cluster-kube-system",
      "kubernetes:core/v1:Namespace keda-namespace",
      "kubernetes:core/v1:Namespace postgres-namespace",
      "kubernetes:core/v1:Secret postgres-admin-secret",
      "kubernetes:core/v1:Secret postgres-scaler-secret",
      "kubernetes:core/v1:Secret postgres-worker-secret",
      "kubernetes:helm.sh/v3:Release keda",
      "kubernetes:helm.sh/v3:Release postgres",
      "kubernetes:keda.sh/v1alpha1:ScaledJob postgres-batch",
      "kubernetes:keda.sh/v1alpha1:TriggerAuthentication postgres-batch-auth",
      "postgres-batch:index:BatchScaledJob postgres-batch",
      "postgres-batch:index:Cluster cluster",
      "postgres-batch:index:Keda keda",
      "postgres-batch:index:Postgres postgres",
      "postgres-batch:index:SchemaMigration schema-migration",
      "postgres-batch:index:WorkerImage postgres-batch",
      "pulumi:providers:kubernetes cluster",
      "pulumi:pulumi:Stack postgres-batch-test",
      "random:index/randomPassword:RandomPassword postgres-admin-password",
      "random:index/randomPassword:RandomPassword postgres-scaler-password",
      "random:index/randomPassword:RandomPassword postgres-worker-password",
    ]);
  });

  test("creates the schema after the database, and a batch after all that its Jobs need; deletion goes the other way", () => {
    const top = resources.filter(({ parent }) => parent === undefined);
    const order = top.map(({ type, name, dependsOn }) => [`${type.split(":").at(-1)} ${name}`, [...dependsOn].sort()]);
    assert.deepEqual(Object.fromEntries(order), {
      "kubernetes cluster": [],
      "Keda keda": [],
      "Postgres postgres": [],
      "WorkerImage postgres-batch": [],
      "Cluster cluster": [],
      "SchemaMigration schema-migration": ["Postgres postgres", "WorkerImage postgres-batch"],
      "BatchScaledJob postgres-batch": ["Keda keda", "SchemaMigration schema-migration", "WorkerImage postgres-batch"],
    });
  });

  test("sends every resource of a cluster through the provider of the stack's context", () => {
    const onCluster = resources.filter(({ type }) => type.startsWith("kubernetes:"));
    assert.ok(onCluster.length > 0);
    for (const { type, name, provider } of onCluster)
      assert.equal(provider, "kubernetes cluster", `${type} ${name} would reach kubectl's current context`);
  });

  test("can touch no other cluster than the context's, whatever KUBECONFIG was when the state was written", () => {
    assert.deepEqual(inputs("pulumi:providers:kubernetes cluster"), {
      context: "mine",
      kubeconfig: "",
      enableSecretMutable: "true",
    });
  });

  test("passes every setting on to where it belongs", () => {
    const keda = inputs("kubernetes:helm.sh/v3:Release keda");
    assert.deepEqual([keda.chart, keda.values.global.image.registry], [SETTINGS.kedaChart, "keda.example"]);
    const postgres = inputs("kubernetes:helm.sh/v3:Release postgres");
    assert.deepEqual(
      [postgres.chart, postgres.values.image.registry],
      [SETTINGS.postgresqlChart, "postgresql.example"],
    );
    for (const role of ["worker", "scaler"])
      assert.deepEqual(inputs(`random:index/randomPassword:RandomPassword postgres-${role}-password`).keepers, {
        passwordRotation: "after-the-leak",
      });
    const version = schemaVersion(fileURLToPath(new URL("sql", import.meta.url)), ["after-the-leak", "[]"]);
    assert.equal(inputs("kubernetes:batch/v1:Job schema-migration").metadata.name, `schema-migration-${version}`);
    assert.equal(inputs("docker:index/image:Image postgres-batch").build.args.BASE, SETTINGS.baseImage);
    const { spec } = inputs("kubernetes:keda.sh/v1alpha1:ScaledJob postgres-batch");
    assert.deepEqual([spec.pollingInterval, spec.maxReplicaCount, spec.jobTargetRef.backoffLimit], [7, 55, 3]);
  });

  test("migrates and works with the image that it builds, as the roles whose passwords it makes", () => {
    const { imageName } = inputs("docker:index/image:Image postgres-batch");
    const [migrate] = inputs("kubernetes:batch/v1:Job schema-migration").spec.template.spec.containers;
    const [worker] = job.spec.template.spec.containers;
    assert.deepEqual([migrate.image, worker.image], [imageName, imageName]);
    const user = ({ env }: { env: { name: string; value: string }[] }) =>
      env.find(({ name }) => name === "PG_USERNAME")?.value;
    assert.deepEqual([user(migrate), user(worker)], ["postgres", "batch_worker"]);
  });

  test("sends no password in plain, and shows none", () => {
    assert.ok(!JSON.stringify([...sent.values()]).includes(PASSWORD));
    assert.ok(!JSON.stringify([job, program.psql]).includes(PASSWORD));
  });

  test("deletes the migration's Job together with the namespace", () => {
    const migration = resources.find(({ type }) => type === "kubernetes:batch/v1:Job");
    assert.equal(migration?.deletedWith, "Namespace postgres-namespace");
  });

  test("keeps the names of namespaces and releases that existing stacks have", async () => {
    const names = await settled(pulumi.output(program.namespaces));
    assert.deepEqual(names, { batches: "keda-with-postgresql", keda: "keda" });
    assert.deepEqual(program.kinds, ["clap"]);
    assert.equal(inputs("kubernetes:helm.sh/v3:Release postgres").name, "my-release");
  });

  test("shows the very Job that the ScaledJob makes", () => {
    assert.deepEqual(job.spec, inputs("kubernetes:keda.sh/v1alpha1:ScaledJob postgres-batch").spec.jobTargetRef);
  });
});

describe("Pulumi.yaml", () => {
  const project = load(readFileSync(new URL("Pulumi.yaml", import.meta.url), "utf8")) as {
    readonly requiredPulumiVersion?: string;
    readonly config: Readonly<Record<string, { readonly value?: unknown }>>;
  };

  test("lets nothing reach a cluster by a provider that names no context", () => {
    assert.deepEqual(project.config["pulumi:disable-default-providers"]?.value, ["kubernetes"]);
  });

  test("refuses a Pulumi that does not know what the program uses", () => {
    assert.equal(project.requiredPulumiVersion, ">=3.255.0");
  });
});
