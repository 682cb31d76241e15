/** The types of package.js for programs in CommonJS: TypeScript refuses a `require` of an ES module's types, although Node.js runs it. */
import type * as components from "./package.js" with { "resolution-mode": "import" };

export declare const BatchScaledJob: typeof components.BatchScaledJob;
export type BatchScaledJob = components.BatchScaledJob;
export type BatchScaledJobArgs = components.BatchScaledJobArgs;
export declare const Cluster: typeof components.Cluster;
export type Cluster = components.Cluster;
export type ClusterArgs = components.ClusterArgs;
export declare const Keda: typeof components.Keda;
export type Keda = components.Keda;
export type KedaArgs = components.KedaArgs;
export declare const Postgres: typeof components.Postgres;
export type Postgres = components.Postgres;
export type PostgresArgs = components.PostgresArgs;
export declare const SchemaMigration: typeof components.SchemaMigration;
export type SchemaMigration = components.SchemaMigration;
export type SchemaMigrationArgs = components.SchemaMigrationArgs;
export declare const WorkerImage: typeof components.WorkerImage;
export type WorkerImage = components.WorkerImage;
export type WorkerImageArgs = components.WorkerImageArgs;

export type AttachedTable = components.AttachedTable;
export type BatchSettings = components.BatchSettings;
export type DatabaseAddress = components.DatabaseAddress;
export type EnvSecret = components.EnvSecret;
export type ExistingKedaArgs = components.ExistingKedaArgs;
export type ExistingPostgresArgs = components.ExistingPostgresArgs;
export type ImageArgs = components.ImageArgs;
export type ImageBuildArgs = components.ImageBuildArgs;
export type KedaInstallArgs = components.KedaInstallArgs;
export type PodArgs = components.PodArgs;
export type PodResources = components.PodResources;
export type PoolerAddress = components.PoolerAddress;
export type PostgresInstallArgs = components.PostgresInstallArgs;
export type RegistryCredentials = components.RegistryCredentials;
export type RoleArgs = components.RoleArgs;
export type RoleCredentials = components.RoleCredentials;
export type TlsArgs = components.TlsArgs;
