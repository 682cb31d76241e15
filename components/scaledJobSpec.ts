import { readFileSync } from "node:fs";
import { join } from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { LIMIT_NAMES, RETRY_LIMITS } from "../worker/src/retryLimits.ts";
import type { BatchSettings } from "./batchSettings.ts";
import type { DatabaseAddress, RoleCredentials } from "./database.ts";
import { withoutEmptyValues } from "./emptyValues.ts";
import { podLivenessPort } from "./livenessPort.ts";
import type { PodArgs } from "./podArgs.ts";
import { PROJECT_ROOT } from "./projectRoot.ts";
import { withDefaults } from "./withDefaults.ts";
import { type CommandArgs, fieldVariable, type ImageArgs, workerPod } from "./workerPod.ts";

/** A batch, with everything its ScaledJob refers to. */
export interface ScaledJobSpecArgs extends Readonly<Required<BatchSettings>> {
  /** The ScaledJob's name, and the prefix of its Jobs' names. */
  readonly name: string;
  /** The kind, as passed to `batch.attach()` for the table of requests. */
  readonly kind: string;
  readonly image: ImageArgs;
  readonly command?: CommandArgs;
  readonly database: DatabaseAddress;
  /** The role that pods log in as. */
  readonly worker: RoleCredentials;
  /** The role that KEDA uses to run the scaling query. */
  readonly scaler: RoleCredentials;
  /** The TriggerAuthentication with the scaler's password. */
  readonly authenticationName: string;
  readonly pod?: PodArgs;
}

/**
 * KEDA's limit, as a multiple of the configured `maxReplicaCount`. A lost node's Jobs stay unfinished for as long as its pods
 * are Terminating, which is until the node is removed, and KEDA counts them against its limit: with a factor of 1, waiting
 * requests would get no Job. The scaling query has the configured limit as a parameter and bounds the Jobs that work.
 */
const UNFINISHED_JOBS_FACTOR = 5;

/** Prevents Karpenter and the cluster autoscaler from evicting pods to save nodes: each eviction ends an attempt, whose work may be lost. */
const DO_NOT_EVICT = {
  "karpenter.sh/do-not-disrupt": "true",
  "cluster-autoscaler.kubernetes.io/safe-to-evict": "false",
};

/** The `spec` of a ScaledJob. */
export function scaledJobSpec(args: ScaledJobSpecArgs) {
  const { database, scaler, authenticationName } = args;
  return {
    jobTargetRef: jobSpec(args),
    pollingInterval: args.pollingInterval,
    maxReplicaCount: UNFINISHED_JOBS_FACTOR * args.maxReplicaCount,
    successfulJobsHistoryLimit: args.successfulJobsHistoryLimit,
    failedJobsHistoryLimit: args.failedJobsHistoryLimit,
    // Jobs with the previous settings finish; the default, `immediate`, deletes them.
    rollout: { strategy: "gradual" },
    // No scalingStrategy: the default one subtracts running Jobs, which matches a query that counts their requests as well.
    triggers: [
      {
        type: "postgresql",
        metadata: {
          // Not the pooler: KEDA keeps one connection, and needs the role's session settings, which a pooler may lose.
          host: database.host,
          port: String(database.port),
          userName: scaler.user,
          dbName: database.database,
          sslmode: database.scalerSslMode ?? "require",
          query: demandQuery(args),
          targetQueryValue: "1",
        },
        authenticationRef: { name: authenticationName },
      },
    ],
  };
}

/** A Job as KEDA would create it. KEDA counts it as the ScaledJob's, so it creates no second Job for the same request. */
export function manualJob(args: ScaledJobSpecArgs, namespace: pulumi.Input<string>) {
  const { labels, annotations } = args.pod ?? {};
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      generateName: `${args.name}-`,
      namespace,
      labels: { ...labels, "scaledjob.keda.sh/name": args.name },
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: jobSpec(args),
  };
}

/** `sql/statements/demand.sql` with its parameters filled in, because KEDA does not support query parameters. */
export function demandQuery({
  kind,
  requestsPerJob,
  maxReplicaCount,
  podStartSeconds,
}: Pick<ScaledJobSpecArgs, "kind" | "requestsPerJob" | "maxReplicaCount" | "podStartSeconds">): string {
  const values = [`'${kind.replaceAll("'", "''")}'`, requestsPerJob, maxReplicaCount, podStartSeconds];
  return readFileSync(join(PROJECT_ROOT, "sql/statements/demand.sql"), "utf8")
    .replace(/--.*$/gm, "")
    .replace(/\$(\d+)/g, (_, parameter) => String(values[Number(parameter) - 1]))
    .replace(/\s+/g, " ")
    .trim();
}

function jobSpec(args: ScaledJobSpecArgs) {
  const { name, image, command, database, worker, cpu, memory, graceSeconds, pod } = args;
  const livenessPort = podLivenessPort(args);
  const labels = { ...pod?.labels, "app.kubernetes.io/name": name };
  const spec = workerPod({
    name,
    image,
    ...(command === undefined ? {} : { command }),
    database,
    pooled: true,
    role: worker,
    env: settingVariables(args, livenessPort),
    cpu,
    memory,
    graceSeconds,
    livenessPort,
    pod: withDefaults({ topologySpreadConstraints: [spreadOverNodes(name)] }, pod),
  });
  // No podFailurePolicy: it would make the Job wait until the pod of a lost node is deleted before it replaces it.
  // No ttlSecondsAfterFinished: the history limits say how much is kept, and a failed Job's log is worth keeping.
  return {
    parallelism: 1,
    completions: 1,
    backoffLimit: args.backoffLimit,
    template: {
      metadata: { labels, annotations: { ...DO_NOT_EVICT, ...pod?.annotations } },
      spec: withoutEmptyValues(spec),
    },
  };
}

function settingVariables(args: ScaledJobSpecArgs, livenessPort: number) {
  return [
    { name: "KIND", value: args.kind },
    fieldVariable("JOB_NAME", "metadata.labels['batch.kubernetes.io/job-name']"),
    fieldVariable("POD_NAME", "metadata.name"),
    ...LIMIT_NAMES.map((name) => ({ name: RETRY_LIMITS[name].variable, value: String(args[name]) })),
    { name: "LEASE_SECONDS", value: String(args.leaseSeconds) },
    { name: "REQUESTS_PER_JOB", value: String(args.requestsPerJob) },
    { name: "GRACE_SECONDS", value: String(args.graceSeconds) },
    { name: "TIMEOUT_SECONDS", value: String(args.timeoutSeconds) },
    { name: "LIVENESS_PORT", value: String(livenessPort) },
    ...(args.command === undefined ? [] : exitCodeVariables(args.command)),
  ];
}

function exitCodeVariables({ finalExitCodes, retryAfterSeconds }: CommandArgs) {
  return [
    ...(finalExitCodes.length > 0 ? [{ name: "FINAL_EXIT_CODES", value: finalExitCodes.join(",") }] : []),
    ...(retryAfterSeconds === undefined ? [] : [{ name: "RETRY_AFTER_SECONDS", value: String(retryAfterSeconds) }]),
  ];
}

/**
 * On two nodes, the loss of one costs half of a batch's pods, not all. And Kubernetes regards a lost node as Ready for 50 s: without
 * this constraint, the pods that replace the lost ones go where most resources are free, which is the lost node.
 */
function spreadOverNodes(name: string) {
  return {
    maxSkew: 1,
    topologyKey: "kubernetes.io/hostname",
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: { "app.kubernetes.io/name": name } },
    nodeTaintsPolicy: "Honor",
  };
}
