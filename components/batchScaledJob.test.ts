import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as k8s from "@pulumi/kubernetes";
import { problemsOfScaledJob } from "../tests/support/pulumi/checkScaledJob.ts";
import { mockEngine, recordResources, settled } from "../tests/support/pulumi/recordResources.ts";
import { BatchScaledJob, checkName } from "./batchScaledJob.ts";

await mockEngine();
const namespace = new k8s.core.v1.Namespace("batches", { metadata: { name: "batches" } });
const made: BatchScaledJob[] = [];
const [component, authentication, scaledJob, ...others] = await recordResources((options) => {
  const batch = new BatchScaledJob(
    "claps",
    {
      kind: "clap",
      namespace,
      image: "worker:tag",
      address: { host: "postgres.example", port: 5432, database: "postgres", caSecretName: "crt" },
      worker: { user: "batch_worker", secretName: "batch-worker", secretKey: "password" },
      scaler: { user: "batch_scaler", secretName: "batch-scaler", secretKey: "password" },
      pollingInterval: 30,
      maxReplicaCount: 10,
      successfulJobsHistoryLimit: 10,
      failedJobsHistoryLimit: 5,
      backoffLimit: 4,
      crashLimit: 4,
      interruptionLimit: 100,
      leaseSeconds: 0,
      requestsPerJob: 1,
      graceSeconds: 45,
      cpu: "100m",
      memory: "128Mi",
    },
    options,
  );
  made.push(batch);
  return batch;
});

describe("a batch", () => {
  test("is a TriggerAuthentication and a ScaledJob that depends on it, and nothing else", () => {
    assert.deepEqual(others, []);
    assert.equal(component?.type, "postgres-batch:index:BatchScaledJob");
    assert.deepEqual(component?.inputs, {});
    assert.deepEqual(
      [authentication, scaledJob].map((its) => [its?.type, its?.name, its?.parent]),
      [
        ["kubernetes:keda.sh/v1alpha1:TriggerAuthentication", "claps-auth", "BatchScaledJob claps"],
        ["kubernetes:keda.sh/v1alpha1:ScaledJob", "claps", "BatchScaledJob claps"],
      ],
    );
    assert.deepEqual(scaledJob?.dependsOn, ["TriggerAuthentication claps-auth"]);
  });

  test("goes by its own deletion, since only KEDA's operator takes the finalizers off", () => {
    assert.equal(authentication?.deletedWith, undefined);
    assert.equal(scaledJob?.deletedWith, undefined);
  });

  test("may take the grace period and two minutes to go, and must be ready two minutes after it came", () => {
    assert.deepEqual(scaledJob?.options.customTimeouts, { create: "2m", update: "2m", delete: "165s" });
    assert.deepEqual(scaledJob?.inputs.metadata, {
      namespace: "batches",
      name: "claps",
      annotations: { "pulumi.com/waitFor": "condition=Ready" },
    });
  });

  test("asks with the scaler's password, which stays in its Secret", () => {
    assert.deepEqual(authentication?.inputs.spec, {
      secretTargetRef: [{ parameter: "password", name: "batch-scaler", key: "password" }],
    });
  });

  test("is sent as the pinned chart's CRD has it", () => {
    assert.deepEqual(problemsOfScaledJob(scaledJob?.inputs), []);
  });

  test("shows one Job as JSON for kubectl, in its namespace", async () => {
    const [batch] = made;
    assert.ok(batch);
    const job = JSON.parse(await settled(batch.job));
    assert.deepEqual([job.kind, job.metadata.namespace, job.metadata.generateName], ["Job", "batches", "claps-"]);
  });
});

describe("checkName", () => {
  for (const name of ["a", "postgres-batch", "a".repeat(57), "b2"]) {
    test(`${name} may be a batch's name`, () => checkName(name));
  }
  for (const name of ["", "Claps", "make_it_clap", "2b", "-a", "a-", "a.b", "a".repeat(58)]) {
    test(`${JSON.stringify(name)} may not`, () => assert.throws(() => checkName(name), RangeError));
  }
});
