import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { declaredDefaults } from "./components/testing/declaredConfig.ts";
import { mockEngine, PASSWORD, sentResources, settled } from "./components/testing/recordResources.ts";

await mockEngine();
pulumi.runtime.setAllConfig(declaredDefaults("postgres-batch:"));
const program = await import("./index.ts");
const job = JSON.parse(await settled(program.job));
// Resolves when everything has been sent.
await pulumi.runtime.disconnect();
const sent = sentResources();

describe("the program", () => {
  test("asks for exactly these resources", () => {
    assert.deepEqual([...sent.keys()].sort(), [
      "docker:index/image:Image postgres-batch",
      "kubernetes:batch/v1:Job schema-migration",
      "kubernetes:core/v1:Namespace keda-namespace",
      "kubernetes:core/v1:Namespace postgres-batch-cluster",
      "kubernetes:core/v1:Namespace postgres-namespace",
      "kubernetes:core/v1:Secret postgres-admin-secret",
      "kubernetes:core/v1:Secret postgres-scaler-secret",
      "kubernetes:core/v1:Secret postgres-worker-secret",
      "kubernetes:helm.sh/v3:Release keda",
      "kubernetes:helm.sh/v3:Release postgres",
      "kubernetes:keda.sh/v1alpha1:ScaledJob postgres-batch",
      "kubernetes:keda.sh/v1alpha1:TriggerAuthentication postgres-batch-auth",
      "postgres-batch:components:BatchScaledJob postgres-batch",
      "postgres-batch:components:Keda keda",
      "postgres-batch:components:Postgres postgres",
      "postgres-batch:components:SchemaMigration schema-migration",
      "postgres-batch:components:WorkerImage postgres-batch",
      "pulumi:providers:kubernetes cluster",
      "random:index/randomPassword:RandomPassword postgres-admin-password",
      "random:index/randomPassword:RandomPassword postgres-scaler-password",
      "random:index/randomPassword:RandomPassword postgres-worker-password",
    ]);
  });

  test("can touch no other cluster than the context's, whatever KUBECONFIG was when the state was written", () => {
    assert.deepEqual(sent.get("pulumi:providers:kubernetes cluster"), {
      context: "minikube",
      kubeconfig: "",
      enableSecretMutable: "true",
    });
  });

  test("sends no password in plain, and shows none", () => {
    assert.ok(!JSON.stringify([...sent.values()]).includes(PASSWORD));
    assert.ok(!JSON.stringify([job, program.psql]).includes(PASSWORD));
  });

  test("names namespaces and releases as the seed does", async () => {
    const names = await settled(pulumi.output(program.namespaces));
    assert.deepEqual(names, { batches: "keda-with-postgresql", keda: "keda" });
    assert.equal(sent.get("kubernetes:helm.sh/v3:Release postgres")?.name, "my-release");
  });

  test("shows the very Job that the ScaledJob makes", () => {
    const { spec } = sent.get("kubernetes:keda.sh/v1alpha1:ScaledJob postgres-batch") as {
      spec: { jobTargetRef: object };
    };
    assert.deepEqual(job.spec, spec.jobTargetRef);
  });
});
