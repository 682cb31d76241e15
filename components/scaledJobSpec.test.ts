import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createTestDatabase } from "../tests/support/database.ts";
import { problemsOfScaledJob, SCHEMA_CHART } from "../tests/support/pulumi/checkScaledJob.ts";
import { readSettings } from "../worker/src/settings.ts";
import { KEDA_CHART } from "./charts.ts";
import { demandQuery, oneJob, type ScaledJobSpecArgs, scaledJobSpec } from "./scaledJobSpec.ts";

const ARGS: ScaledJobSpecArgs = {
  name: "postgres-batch",
  kind: "clap",
  image: "postgres-batch:0123456789ab",
  address: { host: "postgres.example", port: 5432, database: "postgres", caSecretName: "postgres-crt" },
  worker: { user: "batch_worker", secretName: "batch-worker", secretKey: "password" },
  scaler: { user: "batch_scaler", secretName: "batch-scaler", secretKey: "password" },
  authenticationName: "postgres-batch-auth",
  pollingInterval: 30,
  maxReplicaCount: 10,
  successfulJobsHistoryLimit: 10,
  failedJobsHistoryLimit: 5,
  backoffLimit: 4,
  crashLimit: 3,
  interruptionLimit: 90,
  leaseSeconds: 0,
  requestsPerJob: 1,
  graceSeconds: 30,
  cpu: "100m",
  memory: "128Mi",
};

const body = (spec: object) => ({ apiVersion: "keda.sh/v1alpha1", kind: "ScaledJob", metadata: { name: "x" }, spec });
const spec = scaledJobSpec(ARGS);
const [container] = spec.jobTargetRef.template.spec.containers;

describe("scaledJobSpec", () => {
  test("is a ScaledJob of the pinned chart's CRD, every field known to it", () => {
    assert.equal(SCHEMA_CHART, `${KEDA_CHART.name}-${KEDA_CHART.version}`);
    assert.deepEqual(problemsOfScaledJob(body(spec)), []);
  });

  const wrong: Record<string, object> = {
    "a field it does not know": { ...spec, pollInterval: 30 },
    "an unknown field deep in the pod": {
      ...spec,
      jobTargetRef: { template: { spec: { containers: [{ name: "a", imagePolicy: "Never" }] } } },
    },
    "a wrong type": { ...spec, maxReplicaCount: "10" },
    "an unknown rollout": { ...spec, rollout: { strategy: "slow" } },
    "a trigger without a type": { ...spec, triggers: [{ metadata: {} }] },
  };
  for (const [what, its] of Object.entries(wrong)) {
    test(`${what} would be noticed`, () => assert.notDeepEqual(problemsOfScaledJob(body(its)), []));
  }

  test("keeps the settings in KEDA's words, lets running Jobs finish, and leaves the strategy to the default", () => {
    const { jobTargetRef, triggers, ...rest } = spec;
    assert.deepEqual(rest, {
      pollingInterval: 30,
      maxReplicaCount: 10,
      successfulJobsHistoryLimit: 10,
      failedJobsHistoryLimit: 5,
      rollout: { strategy: "gradual" },
    });
    assert.equal(jobTargetRef.backoffLimit, 4);
    assert.equal(triggers.length, 1);
  });

  test("its worker reads its settings from what the pod's environment will be", () => {
    const filled = container?.env.map((one) => [one.name, "value" in one ? one.value : `from-${one.name}`]);
    const settings = readSettings(Object.fromEntries(filled ?? []));
    assert.deepEqual(settings.database, {
      host: "postgres.example",
      port: 5432,
      user: "batch_worker",
      password: "from-PGPASSWORD",
      name: "postgres",
      caFile: "/etc/postgresql-ca/ca.crt",
      patienceSeconds: 60,
      pooled: false,
    });
    const { kind, backoffLimit, crashLimit, interruptionLimit, leaseSeconds, requestsPerJob, graceSeconds } = ARGS;
    assert.partialDeepStrictEqual(settings, {
      kind,
      backoffLimit,
      crashLimit,
      interruptionLimit,
      leaseSeconds,
      requestsPerJob,
      graceSeconds,
    });
  });

  test("its Job's limit is the errors' own, whatever the other budgets are, and no podFailurePolicy is beside it", () => {
    assert.deepEqual(Object.keys(spec.jobTargetRef).sort(), ["backoffLimit", "completions", "parallelism", "template"]);
    assert.equal(spec.jobTargetRef.backoffLimit, ARGS.backoffLimit);
  });

  test("its pod is the worker's, with the resources and the grace period of the settings", () => {
    assert.equal(spec.jobTargetRef.template.spec.terminationGracePeriodSeconds, 30);
    assert.deepEqual(container?.resources, { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "128Mi" } });
  });
});

describe("demandQuery", () => {
  test("is the statement on one line, its parameters written in", () => {
    assert.equal(demandQuery(ARGS), "select batch.demand('clap', 1, 10) as jobs");
  });

  test("is one number to the role that KEDA logs in as", async () => {
    const database = await createTestDatabase();
    await database.query("insert into make_it_clap (duration_seconds) select 1 from generate_series(1, 25)");
    await database.query("set role batch_scaler");
    const query = demandQuery({ ...ARGS, requestsPerJob: 10 });
    assert.deepEqual(await database.query(query), [{ jobs: "3" }]);
    await database.query("reset role");
  });

  test("a kind with a quote in it stays a text", () => {
    assert.equal(demandQuery({ ...ARGS, kind: "it's" }), "select batch.demand('it''s', 1, 10) as jobs");
  });
});

describe("oneJob", () => {
  test("is the ScaledJob's Job, counted as one of its own, with a name of its own each time", () => {
    const job = oneJob(ARGS, "batches");
    assert.deepEqual(job.metadata, {
      generateName: "postgres-batch-",
      namespace: "batches",
      labels: { "scaledjob.keda.sh/name": "postgres-batch" },
    });
    assert.deepEqual(job.spec, spec.jobTargetRef);
  });
});
