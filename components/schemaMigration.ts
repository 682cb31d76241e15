import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { contentHash } from "./contentHash.ts";
import type { DatabaseAddress, RoleCredentials } from "./database.ts";
import { migrationRule } from "./migrationRules.ts";
import type { PodArgs } from "./podArgs.ts";
import { PROJECT_ROOT } from "./projectRoot.ts";
import { refuseWrongArgs } from "./refuseWrongArgs.ts";
import { type ImageArgs, secretVariable, workerPod } from "./workerPod.ts";

/** A table of requests. */
export interface AttachedTable {
  /** The name by which the batch knows it. */
  readonly kind: string;
  /** The table, with its schema where that is not `public`. */
  readonly table: string;
}

/** What the database is brought to, and how. */
export interface SchemaMigrationArgs {
  /** The namespace of the batches, where their Secrets are. */
  readonly namespace: pulumi.Input<string>;
  /** The worker's image: the migrations are in it. */
  readonly image: pulumi.Input<ImageArgs>;
  /** Where the database is; a pooler is bypassed. */
  readonly database: pulumi.Input<DatabaseAddress>;
  /** Owns the schema. */
  readonly admin: pulumi.Input<RoleCredentials>;
  /** Is granted its rights; is created with its password unless `rolesPrepared`. */
  readonly worker: pulumi.Input<RoleCredentials>;
  /** Is granted its rights; is created with its password unless `rolesPrepared`. */
  readonly scaler: pulumi.Input<RoleCredentials>;
  /**
   * Whether a DBA has created `worker` and `scaler` with their passwords.
   *
   * @default false
   */
  readonly rolesPrepared?: pulumi.Input<boolean>;
  /**
   * When it changes, the roles have new passwords, and the server gets them.
   *
   * @default 1
   */
  readonly passwordRotation?: string;
  /**
   * Tables whose rows become requests.
   *
   * @default - none but the sample's
   */
  readonly attach?: AttachedTable[];
  /**
   * Connections that the batches keep at most: `maxReplicaCount` of all of them, and KEDA's. The server must have them.
   *
   * @default - not checked
   */
  readonly connectionsNeeded?: number;
  /**
   * The cluster's requirements for the pod.
   *
   * @default - nothing
   */
  readonly pod?: PodArgs;
}

/** The parts of sql/ that change no database: the statements are in the worker's image, and the dump is for readers. */
const NOT_MIGRATED = ["statements", "schema.sql"];

/**
 * Brings the database to the newest version, attaches tables and prepares the roles: a Job that the rest waits for.
 *
 * @throws RunError naming every wrong argument, before anything is created.
 */
export class SchemaMigration extends pulumi.ComponentResource {
  /** What reads the schema, or logs in as a role, depends on it. */
  readonly job: k8s.batch.v1.Job;

  constructor(name: string, args: SchemaMigrationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("postgres-batch:index:SchemaMigration", name, {}, opts);
    refuseWrongArgs(`SchemaMigration ${name}`, migrationRule, args);
    const { namespace, passwordRotation = "1", attach = [], pod = {} } = args;
    const version = schemaVersion(join(PROJECT_ROOT, "sql"), [passwordRotation, JSON.stringify(attach)]);
    const { labels, annotations } = pod;
    const template = pulumi.output(args).apply((known) => podTemplate(name, known as KnownArgs));
    this.job = new k8s.batch.v1.Job(
      name,
      {
        metadata: {
          // By its schema, its tables and the passwords' generation: changed ones are a new Job.
          name: `${name}-${version}`,
          namespace,
          ...(labels && { labels }),
          // A Job that failed runs again at the next pulumi up.
          annotations: { ...annotations, "pulumi.com/replaceUnready": "true" },
        },
        spec: {
          // Enough for a lost connection; a wrong migration fails each time.
          backoffLimit: 1,
          activeDeadlineSeconds: 300,
          template,
        },
      },
      // When a wrong migration is removed, the previous schema returns, and with it the Job's previous name.
      { parent: this, deleteBeforeReplace: true, ...(opts?.deletedWith && { deletedWith: opts.deletedWith }) },
    );
    this.registerOutputs({ job: this.job });
  }
}

/** What the Job's name ends with: different for another schema, other rights, and different `more`. */
export function schemaVersion(sqlFolder: string, more: readonly string[]): string {
  const migrated = readdirSync(sqlFolder).filter((entry) => !NOT_MIGRATED.includes(entry));
  return contentHash(sqlFolder, migrated, more);
}

/** The arguments when everything in them is known. */
type KnownArgs = Omit<SchemaMigrationArgs, "image" | "database" | "admin" | "worker" | "scaler"> & {
  readonly image: ImageArgs;
  readonly database: DatabaseAddress;
} & Readonly<Record<"admin" | "worker" | "scaler", RoleCredentials>>;

function podTemplate(name: string, args: KnownArgs) {
  const { image, database, admin, pod = {} } = args;
  const { labels, annotations } = pod;
  return {
    metadata: {
      labels: { ...labels, "app.kubernetes.io/name": name },
      ...(annotations && { annotations }),
    },
    spec: workerPod({
      name: "migrate",
      image,
      args: ["migrate"],
      database,
      pooled: false,
      role: admin,
      env: migrationVariables(args),
      cpu: "50m",
      memory: "128Mi",
      graceSeconds: 30,
      pod: withoutWork(pod),
    }),
  };
}

function migrationVariables({ worker, scaler, rolesPrepared, attach = [], connectionsNeeded }: KnownArgs) {
  return [
    { name: "WORKER_USERNAME", value: worker.user },
    { name: "SCALER_USERNAME", value: scaler.user },
    // Without passwords the roles are prepared: the migration grants them their rights and nothing else.
    ...(rolesPrepared ? [] : [secretVariable("WORKER_PASSWORD", worker), secretVariable("SCALER_PASSWORD", scaler)]),
    ...(attach.length > 0 ? [{ name: "ATTACH", value: JSON.stringify(attach) }] : []),
    ...(connectionsNeeded === undefined ? [] : [{ name: "MAX_CONNECTIONS_NEEDED", value: String(connectionsNeeded) }]),
  ];
}

/** The pod without what only the work of batches needs; the patch stays, since a connection may need it (a proxy). */
function withoutWork(pod: PodArgs): PodArgs {
  const { env, envFromSecrets, volumes, volumeMounts, resources, topologySpreadConstraints, ...rest } = pod;
  return rest;
}
