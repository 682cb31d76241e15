/** The components of the package `postgres-batch`, for other programs. */
export { BatchScaledJob, type BatchScaledJobArgs } from "./batchScaledJob.ts";
export { Cluster, type ClusterArgs } from "./cluster.ts";
export { Keda, type KedaArgs } from "./keda.ts";
export { Postgres, type PostgresArgs } from "./postgres.ts";
export { SchemaMigration, type SchemaMigrationArgs } from "./schemaMigration.ts";
export { WorkerImage, type WorkerImageArgs } from "./workerImage.ts";
