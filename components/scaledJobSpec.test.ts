import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createTestDatabase } from "../tests/support/database.ts";
import { DATABASE, POD_SETTINGS } from "../tests/support/pulumi/componentArgs.ts";
import { SCHEMA_CHART, validateScaledJob } from "../tests/support/pulumi/validateScaledJob.ts";
import { LIMIT_NAMES, mapLimits } from "../worker/src/retryLimits.ts";
import { readSettings } from "../worker/src/settings.ts";
import { KEDA_CHART } from "./charts.ts";
import { demandQuery, manualJob, type ScaledJobSpecArgs, scaledJobSpec } from "./scaledJobSpec.ts";

/** All different, and none equal to its default. */
const DIFFERENT_LIMITS = mapLimits((name) => 10 + LIMIT_NAMES.indexOf(name));

const ARGS: ScaledJobSpecArgs = {
  name: "postgres-batch",
  kind: "clap",
  image: { reference: "postgres-batch:0123456789ab", pullPolicy: "Never" },
  database: DATABASE,
  worker: { user: "batch_worker", secretName: "batch-worker", secretKey: "password" },
  scaler: { user: "batch_scaler", secretName: "batch-scaler", secretKey: "password" },
  authenticationName: "postgres-batch-auth",
  pollingInterval: 30,
  maxReplicaCount: 10,
  successfulJobsHistoryLimit: 10,
  failedJobsHistoryLimit: 5,
  ...DIFFERENT_LIMITS,
  leaseSeconds: 0,
  requestsPerJob: 1,
  graceSeconds: 30,
  timeoutSeconds: 300,
  livenessPort: 4242,
  podStartSeconds: 70,
  cpu: "100m",
  memory: "128Mi",
};

/** What the API server would refuse or drop of a ScaledJob. */
const crdProblems = (spec: object) =>
  validateScaledJob({ apiVersion: "keda.sh/v1alpha1", kind: "ScaledJob", metadata: { name: "x" }, spec });

const spec = scaledJobSpec(ARGS);
const [container] = spec.jobTargetRef.template.spec.containers;

describe("scaledJobSpec", () => {
  test("matches the CRD of the pinned chart, without unknown fields", () => {
    assert.equal(SCHEMA_CHART, `${KEDA_CHART.name}-${KEDA_CHART.version}`);
    assert.deepEqual(crdProblems(spec), []);
  });

  const wrong: Record<string, object> = {
    "an unknown field deep in the pod": {
      ...spec,
      jobTargetRef: { template: { spec: { containers: [{ name: "a", imagePolicy: "Never" }] } } },
    },
    "a wrong type": { ...spec, maxReplicaCount: "10" },
  };
  for (const [what, body] of Object.entries(wrong))
    test(`the CRD check detects ${what}`, () => assert.notDeepEqual(crdProblems(body), []));

  test("passes the settings to KEDA, lets running Jobs finish, and uses the default scaling strategy", () => {
    const { jobTargetRef: _, triggers, ...rest } = spec;
    assert.deepEqual(rest, {
      pollingInterval: 30,
      maxReplicaCount: 50,
      successfulJobsHistoryLimit: 10,
      failedJobsHistoryLimit: 5,
      rollout: { strategy: "gradual" },
    });
    assert.equal(triggers.length, 1);
  });

  test("leaves KEDA room for Jobs that never finish, and limits working Jobs by the query", () => {
    assert.equal(spec.maxReplicaCount, 5 * ARGS.maxReplicaCount);
    assert.equal(spec.triggers[0]?.metadata.query, "select batch.demand('clap', 1, 10, 70) as jobs");
  });

  test("spreads its pods over nodes if possible, and ignores nodes with taints that the pods do not tolerate", () => {
    const { spec: podSpec, metadata } = spec.jobTargetRef.template;
    assert.deepEqual(podSpec.topologySpreadConstraints, [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: { "app.kubernetes.io/name": "postgres-batch" } },
        nodeTaintsPolicy: "Honor",
      },
    ]);
    assert.equal(metadata.labels["app.kubernetes.io/name"], "postgres-batch");
  });

  test("prevents Karpenter and the cluster autoscaler from evicting pods, unless annotations allow it", () => {
    assert.deepEqual(spec.jobTargetRef.template.metadata.annotations, {
      "karpenter.sh/do-not-disrupt": "true",
      "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
    });
    const annotations = { "karpenter.sh/do-not-disrupt": "false", more: "x" };
    assert.deepEqual(scaledJobSpec({ ...ARGS, pod: { annotations } }).jobTargetRef.template.metadata.annotations, {
      "karpenter.sh/do-not-disrupt": "false",
      "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
      more: "x",
    });
  });

  test("matches the CRD with a command and with every pod setting", () => {
    const exitCodes = { finalExitCodes: [3, 4], retryAfterSeconds: 0.5 };
    const command = { command: ["sh", "-c", "sleep 1"], runner: { reference: "runner:1" }, ...exitCodes };
    const full = scaledJobSpec({ ...ARGS, command, pod: POD_SETTINGS });
    assert.deepEqual(crdProblems(full), []);
    const [work] = full.jobTargetRef.template.spec.containers;
    const empty = work?.env.filter(({ value }) => value === "");
    assert.deepEqual(empty, [], "KEDA writes its objects back without empty values");
  });

  test("polls the server directly, not a pooler, over TLS, and with verify-full if configured", () => {
    const database = { ...ARGS.database, pooler: { host: "pooler.example" } };
    const metadata = (more: object) =>
      scaledJobSpec({ ...ARGS, database: { ...database, ...more } }).triggers[0]?.metadata;
    assert.deepEqual([metadata({})?.host, metadata({})?.sslmode], ["postgres.example", "require"]);
    assert.equal(metadata({ scalerSslMode: "verify-full" })?.sslmode, "verify-full");
  });

  test("gives the worker its settings in the pod's environment", () => {
    const filled = container?.env.map((variable) => [variable.name, variable.value ?? `from-${variable.name}`]);
    const settings = readSettings(Object.fromEntries(filled ?? []) as Record<string, string>);
    assert.partialDeepStrictEqual(settings.database, {
      host: "postgres.example",
      port: 5432,
      user: "batch_worker",
      password: "from-PGPASSWORD",
      name: "postgres",
      caFile: "/etc/postgresql-ca/ca.crt",
      databaseTimeoutSeconds: 60,
      pooled: false,
    });
    const { kind, leaseSeconds, requestsPerJob, graceSeconds, timeoutSeconds, livenessPort } = ARGS;
    const numbers = { leaseSeconds, requestsPerJob, graceSeconds, timeoutSeconds, livenessPort };
    assert.partialDeepStrictEqual(settings, { kind, ...DIFFERENT_LIMITS, ...numbers });
  });

  const command = { command: ["true"], runner: { reference: "runner:1" }, finalExitCodes: [] };
  for (const [what, more] of [
    ["the worker's image", {}],
    ["a command by an init container", { command }],
    ["a command in an image that has the runner", { command, image: command.runner }],
  ] as const) {
    test(`its pod of ${what} answers liveness probes, except in the host's network`, () => {
      const work = (args: ScaledJobSpecArgs) => scaledJobSpec(args).jobTargetRef.template.spec.containers[0];
      const { startupProbe, livenessProbe, env } = work({ ...ARGS, ...more }) ?? {};
      assert.deepEqual([startupProbe?.httpGet?.port, livenessProbe?.httpGet?.port], [4_242, 4_242]);
      assert.ok(env?.some(({ name, value }) => name === "LIVENESS_PORT" && value === "4242"));
      for (const none of [{ livenessPort: 0 }, { pod: { podSpecPatch: { hostNetwork: true } } }]) {
        const without = work({ ...ARGS, ...more, ...none });
        assert.deepEqual([without?.startupProbe, without?.livenessProbe], [undefined, undefined]);
        assert.ok(without?.env.some(({ name, value }) => name === "LIVENESS_PORT" && value === "0"));
      }
    });
  }

  test("limits the Job by the limit for errors only, and sets no podFailurePolicy", () => {
    assert.deepEqual(Object.keys(spec.jobTargetRef).sort(), ["backoffLimit", "completions", "parallelism", "template"]);
    assert.equal(spec.jobTargetRef.backoffLimit, ARGS.backoffLimit);
  });

  test("runs the worker's pod with the resources and the grace period from the settings", () => {
    assert.equal(spec.jobTargetRef.template.spec.terminationGracePeriodSeconds, 30);
    assert.deepEqual(container?.resources, { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "128Mi" } });
  });
});

describe("demandQuery", () => {
  test("is the statement on one line, with its parameters filled in", () => {
    assert.equal(demandQuery(ARGS), "select batch.demand('clap', 1, 10, 70) as jobs");
  });

  test("returns one number to the role that KEDA logs in as", async () => {
    const database = await createTestDatabase();
    await database.query("insert into make_it_clap (duration_seconds) select 1 from generate_series(1, 25)");
    await database.query("set role batch_scaler");
    const query = demandQuery({ ...ARGS, requestsPerJob: 10 });
    assert.deepEqual(await database.query(query), [{ jobs: "3" }]);
    await database.query("reset role");
  });

  test("escapes a quote in a kind", () => {
    assert.equal(demandQuery({ ...ARGS, kind: "it's" }), "select batch.demand('it''s', 1, 10, 70) as jobs");
  });
});

describe("manualJob", () => {
  test("is the ScaledJob's Job, which KEDA counts as its own, with a new name each time", () => {
    const job = manualJob(ARGS, "batches");
    assert.deepEqual(job.metadata, {
      generateName: "postgres-batch-",
      namespace: "batches",
      labels: { "scaledjob.keda.sh/name": "postgres-batch" },
    });
    assert.deepEqual(job.spec, spec.jobTargetRef);
  });
});
