import { statement } from "../worker/src/queue/statement.ts";
import type { DatabaseAddress, Login } from "./login.ts";
import { fieldVariable, workerPod } from "./workerPod.ts";

/** What a batch is, and how it scales. KEDA's and Kubernetes' own words, so their docs apply. */
export interface ScaledJobSettings {
  /** The name under which `batch.attach()` attached the table of requests. */
  readonly kind: string;
  /** Seconds between polls of the scaling query. */
  readonly pollingInterval: number;
  /** Most unfinished Jobs at once. */
  readonly maxReplicaCount: number;
  /** Completed Jobs that are kept. */
  readonly successfulJobsHistoryLimit: number;
  /** Failed Jobs that are kept. */
  readonly failedJobsHistoryLimit: number;
  /**
   * Errors a request may have; one more makes it DEAD. The Job's own `backoffLimit` too, but only as a backstop: the row tells
   * errors from crashes and interruptions, the Job counts every failed pod. A Job that is Failed by it leaves its request,
   * with the budgets the request still has, to the next Job.
   */
  readonly backoffLimit: number;
  /** Crashes (killed, out of memory, a lost node) a request may have; one more makes it DEAD. */
  readonly crashLimit: number;
  /** Interruptions (a drain, an eviction, a deleted Job) a request may have; one more makes it DEAD. */
  readonly interruptionLimit: number;
  /** How long a claim is kept without being renewed, where a connection pooler is in between; 0: a session lock keeps it. */
  readonly leaseSeconds: number;
  /** Requests that one Job works through, one after another. */
  readonly requestsPerJob: number;
  /** From SIGTERM to SIGKILL. */
  readonly graceSeconds: number;
  /** What a pod reserves; it may use more where there is more. */
  readonly cpu: string;
  /** What a pod reserves and never exceeds. */
  readonly memory: string;
}

/** A batch with what its ScaledJob refers to by name. */
export interface ScaledJobSpecArgs extends ScaledJobSettings {
  readonly name: string;
  readonly image: string;
  readonly address: DatabaseAddress;
  readonly worker: Login;
  readonly scaler: Login;
  /** The TriggerAuthentication with the scaler's password. */
  readonly authenticationName: string;
}

/** A ScaledJob's `spec`, as KEDA's CRD has it. */
export function scaledJobSpec(args: ScaledJobSpecArgs) {
  const { address, scaler, authenticationName, maxReplicaCount } = args;
  return {
    jobTargetRef: jobSpec(args),
    pollingInterval: args.pollingInterval,
    maxReplicaCount,
    successfulJobsHistoryLimit: args.successfulJobsHistoryLimit,
    failedJobsHistoryLimit: args.failedJobsHistoryLimit,
    // Jobs of the former settings finish; `immediate`, the default, deletes them.
    rollout: { strategy: "gradual" },
    // No scalingStrategy: the default one, which subtracts the running Jobs, fits a query that counts their requests too.
    triggers: [
      {
        type: "postgresql",
        metadata: {
          host: address.host,
          port: String(address.port),
          userName: scaler.user,
          dbName: address.database,
          sslmode: "require",
          query: demandQuery(args),
          targetQueryValue: "1",
        },
        authenticationRef: { name: authenticationName },
      },
    ],
  };
}

/** One Job as KEDA would create it: it counts as one of the ScaledJob's, so no second one comes for its request. */
export function oneJob(args: ScaledJobSpecArgs, namespace: string) {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      generateName: `${args.name}-`,
      namespace,
      labels: { "scaledjob.keda.sh/name": args.name },
    },
    spec: jobSpec(args),
  };
}

/** `sql/statements/demand.sql` with its parameters written in, since KEDA has none. */
export function demandQuery({ kind, requestsPerJob, maxReplicaCount }: ScaledJobSettings): string {
  const values = [`'${kind.replaceAll("'", "''")}'`, requestsPerJob, maxReplicaCount];
  return statement("demand")
    .text.replace(/--.*$/gm, "")
    .replace(/\$(\d+)/g, (_, number) => String(values[Number(number) - 1]))
    .replace(/\s+/g, " ")
    .trim();
}

function jobSpec(args: ScaledJobSpecArgs) {
  const { name, image, address, worker, kind, backoffLimit, requestsPerJob, graceSeconds, cpu, memory } = args;
  const podSpec = workerPod({
    name,
    image,
    address,
    login: worker,
    env: [
      { name: "KIND", value: kind },
      fieldVariable("JOB_NAME", "metadata.labels['batch.kubernetes.io/job-name']"),
      fieldVariable("POD_NAME", "metadata.name"),
      { name: "BACKOFF_LIMIT", value: String(backoffLimit) },
      { name: "CRASH_LIMIT", value: String(args.crashLimit) },
      { name: "INTERRUPTION_LIMIT", value: String(args.interruptionLimit) },
      { name: "LEASE_SECONDS", value: String(args.leaseSeconds) },
      { name: "REQUESTS_PER_JOB", value: String(requestsPerJob) },
      { name: "GRACE_SECONDS", value: String(graceSeconds) },
    ],
    cpu,
    memory,
    graceSeconds,
  });
  // No podFailurePolicy: it would make the Job wait until the pod of a lost node is gone for good before it replaces it.
  // No ttlSecondsAfterFinished: the history limits say how much is kept, and a failed Job's log is worth its place.
  return {
    parallelism: 1,
    completions: 1,
    backoffLimit,
    template: { metadata: { labels: { "app.kubernetes.io/name": name } }, spec: podSpec },
  };
}
