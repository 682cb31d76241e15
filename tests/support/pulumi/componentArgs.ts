import type { PodArgs } from "../../../components/podArgs.ts";
import type { SchemaMigrationArgs } from "../../../components/schemaMigration.ts";
import type { WorkerPodArgs } from "../../../components/workerPod.ts";

const role = (user: string) => ({ user, secretName: user.replace("_", "-"), secretKey: "password" });

/** A server that is verified by an authority of its own. */
export const DATABASE = {
  ...{ host: "postgres.example", port: 5432, database: "postgres" },
  ...{ sslMode: "verify-full", caSecretName: "postgres-crt" },
} as const;

/** The required arguments of a migration, of a database with a pooler, which it must bypass. */
export const MIGRATION_ARGS: SchemaMigrationArgs = {
  namespace: "batches",
  image: { reference: "worker:tag" },
  database: {
    host: "postgres.example",
    port: 5432,
    database: "postgres",
    sslMode: "verify-full",
    pooler: { host: "pooler.example" },
  },
  admin: role("postgres"),
  worker: role("batch_worker"),
  scaler: role("batch_scaler"),
};

/** The required arguments of a worker's pod. */
export const POD_ARGS: WorkerPodArgs = {
  name: "postgres-batch",
  image: { reference: "postgres-batch:0123456789ab", pullPolicy: "Never" },
  database: DATABASE,
  pooled: true,
  role: role("batch_worker"),
  env: [{ name: "KIND", value: "clap" }],
  cpu: "100m",
  memory: "128Mi",
  graceSeconds: 30,
};

/** Every setting of a pod, except runAsAssignedUser, which excludes runAsUser. */
export const POD_SETTINGS: PodArgs = {
  labels: { team: "shop" },
  annotations: { owner: "shop" },
  serviceAccountName: "pages",
  env: { MODE: "fast" },
  envFromSecrets: [{ name: "pages-secret", prefix: "PAGES_" }, { name: "more" }],
  volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
  volumeMounts: [{ name: "data", mountPath: "/data" }],
  nodeSelector: { disk: "ssd" },
  tolerations: [{ key: "gpu", operator: "Exists" }],
  affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
  topologySpreadConstraints: [{ maxSkew: 2, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule" }],
  priorityClassName: "low",
  resources: { requests: { "ephemeral-storage": "1Gi" }, limits: { cpu: "2", "nvidia.com/gpu": "1" } },
  imagePullSecrets: ["registry"],
  runtimeClassName: "gvisor",
  runAsUser: 1234,
  podSpecPatch: { dnsPolicy: "None", containers: [{ securityContext: { readOnlyRootFilesystem: false } }] },
};
