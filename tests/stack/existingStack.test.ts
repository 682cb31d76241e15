import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { configureStack } from "../support/pulumi/configureStack.ts";
import { mockEngine, PASSWORD, recordProgram, sentResources, settled } from "../support/pulumi/recordResources.ts";
import { SCALED_JOB_CRD, validateScaledJob } from "../support/pulumi/validateScaledJob.ts";

/** A cluster with a KEDA and a registry, a managed PostgreSQL with a pooler, and two batches, one of them a command. */
const CONFIG = {
  namespace: "batches",
  createNamespace: false,
  leaseSeconds: 30,
  keda: { existing: { namespace: "keda-system" } },
  database: {
    existing: {
      host: "db.example",
      database: "shop",
      admin: { user: "owner", password: PASSWORD },
      rolePrefix: "shop",
      pooler: { host: "pool.example", port: 6432 },
    },
  },
  image: { build: { registry: "registry.example/team", platform: "linux/arm64" } },
  pod: { labels: { team: "shop" }, imagePullSecrets: ["registry"] },
  batches: [
    { kind: "clap", table: "make_it_clap", name: "postgres-batch", maxReplicaCount: 100 },
    {
      kind: "page",
      table: "pages",
      image: "pages:1",
      command: ["python3", "work.py"],
      env: { MODE: "fast" },
      envFromSecrets: [{ name: "pages" }],
      timeoutSeconds: 300,
      pod: { labels: { size: "big" }, resources: { limits: { "nvidia.com/gpu": "1" } } },
    },
  ],
};

await mockEngine({ "scaledjobs.keda.sh": SCALED_JOB_CRD });
configureStack(CONFIG);
const { program } = await recordProgram(() => import("../../index.ts"));

const inputs = (key: string) => sentResources().get(key);

describe("a stack on what is there", () => {
  test("makes its Secrets, images, migration and batches, and nothing that belongs to others", () => {
    assert.deepEqual([...sentResources().keys()].filter((key) => !key.startsWith("p")).sort(), [
      "docker:index/image:Image postgres-batch",
      "docker:index/image:Image postgres-batch-runner",
      "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition keda-scaledjobs",
      "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition keda-triggerauthentications",
      "kubernetes:batch/v1:Job schema-migration",
      "kubernetes:core/v1:Namespace cluster-kube-system",
      "kubernetes:core/v1:Secret postgres-admin-secret",
      "kubernetes:core/v1:Secret postgres-scaler-secret",
      "kubernetes:core/v1:Secret postgres-worker-secret",
      "kubernetes:keda.sh/v1alpha1:ScaledJob page",
      "kubernetes:keda.sh/v1alpha1:ScaledJob postgres-batch",
      "kubernetes:keda.sh/v1alpha1:TriggerAuthentication page-auth",
      "kubernetes:keda.sh/v1alpha1:TriggerAuthentication postgres-batch-auth",
      "random:index/randomPassword:RandomPassword postgres-scaler-password",
      "random:index/randomPassword:RandomPassword postgres-worker-password",
    ]);
  });

  test("migrates past the pooler as the owner, and has the server checked for the connections of all batches", () => {
    const job = inputs("kubernetes:batch/v1:Job schema-migration");
    const [{ env }] = job.spec.template.spec.containers;
    const value = (name: string) => env.find((variable: { name: string }) => variable.name === name)?.value;
    assert.deepEqual(
      [value("PG_HOST"), value("PG_USERNAME"), value("PG_SSLMODE")],
      ["db.example", "owner", "verify-full"],
    );
    assert.deepEqual([value("WORKER_USERNAME"), value("SCALER_USERNAME")], ["shop_worker", "shop_scaler"]);
    assert.deepEqual(JSON.parse(value("ATTACH")), [
      { kind: "clap", table: "make_it_clap" },
      { kind: "page", table: "pages" },
    ]);
    assert.equal(value("MAX_CONNECTIONS_NEEDED"), "6");
  });

  test("runs workers through the pooler from the registry, on nodes of the image's architecture", () => {
    const { spec } = inputs("kubernetes:keda.sh/v1alpha1:ScaledJob postgres-batch");
    const podSpec = spec.jobTargetRef.template.spec;
    const [container] = podSpec.containers;
    assert.match(container.image, /^registry\.example\/team\/postgres-batch:[0-9a-f]{12}$/);
    assert.equal(container.imagePullPolicy, "IfNotPresent");
    assert.deepEqual(container.env.slice(0, 2), [
      { name: "PG_HOST", value: "pool.example" },
      { name: "PG_PORT", value: "6432" },
    ]);
    assert.deepEqual(podSpec.nodeSelector, { "kubernetes.io/os": "linux", "kubernetes.io/arch": "arm64" });
    assert.deepEqual(podSpec.imagePullSecrets, [{ name: "registry" }]);
    assert.equal(spec.triggers[0].metadata.host, "db.example");
    assert.equal(spec.maxReplicaCount, 500);
  });

  test("runs the command in its image with its environment, its timeout and its devices", () => {
    const scaledJob = inputs("kubernetes:keda.sh/v1alpha1:ScaledJob page");
    assert.deepEqual(validateScaledJob(scaledJob), []);
    const { template } = scaledJob.spec.jobTargetRef;
    const [container] = template.spec.containers;
    assert.deepEqual([container.image, container.command.at(-1)], ["pages:1", "/batch/worker/src/main.ts"]);
    assert.match(template.spec.initContainers[0].image, /^registry\.example\/team\/postgres-batch-runner:/);
    const env = new Map(container.env.map(({ name, value }: { name: string; value: string }) => [name, value]));
    assert.deepEqual([env.get("KIND"), env.get("TIMEOUT_SECONDS"), env.get("MODE")], ["page", "300", "fast"]);
    assert.equal(env.get("COMMAND"), '["python3","work.py"]');
    assert.deepEqual(container.envFrom, [{ secretRef: { name: "pages" } }]);
    assert.deepEqual(container.resources.limits, { memory: "128Mi", "nvidia.com/gpu": "1" });
    assert.partialDeepStrictEqual(template.metadata.labels, { team: "shop", size: "big" });
  });

  test("shows the sample's Job, the namespaces and psql, and no password", async () => {
    assert.equal(JSON.parse(await settled(program.job)).metadata.generateName, "postgres-batch-");
    assert.deepEqual(await settled(pulumi.output(program.namespaces)), { batches: "batches", keda: "keda-system" });
    assert.match(await settled(program.psql), /^sh -c 'exec psql "postgresql:\/\/owner@db\.example:5432\/shop/);
    assert.ok(!JSON.stringify([...sentResources().values()]).includes(PASSWORD));
  });
});
