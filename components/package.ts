/** The components of the package `postgres-batch`, for other programs, with the types of all their arguments and outputs. */
export { BatchScaledJob, type BatchScaledJobArgs } from "./batchScaledJob.ts";
export type { BatchSettings } from "./batchSettings.ts";
export { Cluster, type ClusterArgs } from "./cluster.ts";
export type { DatabaseAddress, PoolerAddress, RoleCredentials } from "./database.ts";
export { type ExistingKedaArgs, Keda, type KedaArgs, type KedaInstallArgs } from "./keda.ts";
export type { EnvSecret, PodArgs, PodResources } from "./podArgs.ts";
export { Postgres, type PostgresArgs } from "./postgres.ts";
export type { ExistingPostgresArgs, PostgresInstallArgs, RoleArgs, TlsArgs } from "./postgresArgs.ts";
export { type AttachedTable, SchemaMigration, type SchemaMigrationArgs } from "./schemaMigration.ts";
export { type ImageBuildArgs, type RegistryCredentials, WorkerImage, type WorkerImageArgs } from "./workerImage.ts";
export type { ImageArgs } from "./workerPod.ts";
