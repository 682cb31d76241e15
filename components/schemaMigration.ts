import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { DEFAULT_POD_START_SECONDS } from "../worker/src/queue/demand.ts";
import { checkedArgs } from "./checkedArgs.ts";
import { contentHash } from "./contentHash.ts";
import type { DatabaseAddress, RoleCredentials } from "./database.ts";
import { withoutEmptyValues } from "./emptyValues.ts";
import { mergeMetadata } from "./mergeMetadata.ts";
import { migrationNameRule, migrationRule } from "./migrationRules.ts";
import { withoutPatchedResources } from "./patchedResources.ts";
import type { PodArgs } from "./podArgs.ts";
import { patchedVolumes } from "./podSpecPatch.ts";
import { DEFAULT_ROTATION } from "./postgresRules.ts";
import { PROJECT_ROOT } from "./projectRoot.ts";
import { quantityValue } from "./quantity.ts";
import { refuseWrongArgs } from "./refuseWrongArgs.ts";
import { MIGRATION_CONTAINER } from "./reservedNames.ts";
import { toVariable } from "./toVariable.ts";
import { withoutDevices } from "./withoutDevices.ts";
import { type ImageArgs, secretVariable, workerPod } from "./workerPod.ts";

/** A table of requests. */
export interface AttachedTable {
  /** The kind of its requests, as in the batch. */
  readonly kind: string;
  /** The table, qualified with its schema unless that is `public`. */
  readonly table: string;
}

/** The database to migrate, its roles, and the tables to attach. */
export interface SchemaMigrationArgs {
  /** The namespace of the batches and their Secrets. */
  readonly namespace: pulumi.Input<string>;
  /** The worker's image, which contains the migrations. */
  readonly image: pulumi.Input<ImageArgs>;
  /** The database's address; a pooler is bypassed. */
  readonly database: pulumi.Input<DatabaseAddress>;
  /** The role that owns the schema. */
  readonly admin: pulumi.Input<RoleCredentials>;
  /** The workers' role: granted its rights; also created, with its password, unless `rolesPrepared`. */
  readonly worker: pulumi.Input<RoleCredentials>;
  /** The role of KEDA's poll: granted its rights; also created, with its password, unless `rolesPrepared`. */
  readonly scaler: pulumi.Input<RoleCredentials>;
  /**
   * Whether a DBA has created `worker` and `scaler` with their passwords, as the output of the same name of `Postgres` says.
   *
   * @default false
   */
  readonly rolesPrepared?: pulumi.Input<boolean>;
  /**
   * When it changes, the roles' new passwords are set on the server. The same as the one of `Postgres`.
   *
   * @default 1
   */
  readonly passwordRotation?: pulumi.Input<string>;
  /**
   * Tables whose rows become requests.
   *
   * @default - none, except the sample's table, which the first migration of a database attaches
   */
  readonly attach?: pulumi.Input<pulumi.Input<AttachedTable>[]>;
  /**
   * How many connections the server must allow: the sum of the batches' `maxReplicaCount` (0 behind a pooler), two for each batch's poll
   * by KEDA, and a few for migrations and psql. The migration fails if it allows fewer.
   *
   * @default - not checked
   */
  readonly connectionsNeeded?: number;
  /**
   * Seconds that a pod may take to start (10 to 600), including the time to add a node and to pull the image, as in the batches.
   *
   * @default 40
   */
  readonly podStartSeconds?: number;
  /**
   * Pod settings that the cluster requires.
   *
   * @default - nothing
   */
  readonly pod?: PodArgs;
}

/** Time for the migration itself, and for a second run. Attaching a table takes up to 14 s for each million rows. */
const RUN_SECONDS = 3_600;

/** What its pod requests, unless the limit for all containers is lower. Without a request Kubernetes would request the limit. */
const CPU = "50m";
const STORAGE = "64Mi";

/** The parts of sql/ that change no database: the statements are in the worker's image, and the dump is for readers. */
const NOT_MIGRATED = ["statements", "schema.sql"];

/**
 * A Job that migrates the database to the newest version, attaches tables and prepares the roles. Batches must depend on it.
 *
 * @throws RunError naming every wrong argument, before anything is created.
 */
export class SchemaMigration extends pulumi.ComponentResource {
  /** The Job; whatever uses the schema or logs in as one of the roles must depend on it. */
  readonly job: k8s.batch.v1.Job;

  constructor(name: string, args: SchemaMigrationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("postgres-batch:index:SchemaMigration", name, {}, opts);
    refuseWrongArgs(`SchemaMigration ${name}`, migrationRule, args);
    refuseWrongArgs(`SchemaMigration ${name}`, migrationNameRule, { name });
    const {
      namespace,
      passwordRotation = DEFAULT_ROTATION,
      attach = [],
      podStartSeconds = DEFAULT_POD_START_SECONDS,
      pod = {},
    } = args;
    const version = pulumi
      .all([passwordRotation, attach])
      .apply(([rotation, tables]) => schemaVersion(join(PROJECT_ROOT, "sql"), [rotation, JSON.stringify(tables)]));
    const { labels, annotations } = pod;
    const template = checkedArgs(`SchemaMigration ${name}`, migrationRule, args, (known) =>
      podTemplate(name, known as KnownArgs),
    );
    this.job = new k8s.batch.v1.Job(
      name,
      {
        metadata: {
          // The version covers schema, tables and password rotation: any change creates a new Job.
          name: pulumi.interpolate`${name}-${version}`,
          namespace,
          ...(labels && { labels }),
          // A failed Job is replaced by the next pulumi up.
          annotations: mergeMetadata(annotations, { "pulumi.com/replaceUnready": "true" }),
        },
        spec: {
          // Enough for a lost connection; a wrong migration fails each time.
          backoffLimit: 1,
          activeDeadlineSeconds: podStartSeconds + RUN_SECONDS,
          template,
        },
      },
      {
        parent: this,
        // When a wrong migration is removed, the previous schema returns, and with it the Job's previous name.
        deleteBeforeReplace: true,
        // Longer than the Job's own limit, whose reason Pulumi then reports.
        customTimeouts: { create: "90m", update: "90m" },
        ...(opts?.deletedWith && { deletedWith: opts.deletedWith }),
      },
    );
    this.registerOutputs({ job: this.job });
  }
}

/** The suffix of the Job's name: it changes with the schema, the rights and `more`. */
export function schemaVersion(sqlFolder: string, more: readonly string[]): string {
  const migrated = readdirSync(sqlFolder).filter((entry) => !NOT_MIGRATED.includes(entry));
  return contentHash(sqlFolder, migrated, more);
}

/** The arguments with all outputs resolved. */
type KnownArgs = Omit<SchemaMigrationArgs, "image" | "database" | "admin" | "worker" | "scaler" | "attach"> & {
  readonly image: ImageArgs;
  readonly attach?: readonly AttachedTable[];
  readonly database: DatabaseAddress;
} & Readonly<Record<"admin" | "worker" | "scaler", RoleCredentials>>;

function podTemplate(name: string, args: KnownArgs) {
  const { image, database, admin, pod = {} } = args;
  const { labels, annotations } = pod;
  const own = withoutWork(pod);
  return {
    metadata: {
      labels: { ...labels, "app.kubernetes.io/name": name },
      ...(annotations && { annotations }),
    },
    spec: withoutEmptyValues(
      workerPod({
        name: MIGRATION_CONTAINER,
        image,
        args: ["migrate"],
        database,
        pooled: false,
        role: admin,
        env: migrationVariables(args),
        cpu: atMost(own.resources?.limits?.cpu, CPU),
        memory: "128Mi",
        graceSeconds: 30,
        pod: own,
      }),
    ),
  };
}

function migrationVariables({ worker, scaler, rolesPrepared, attach = [], connectionsNeeded }: KnownArgs) {
  return [
    { name: "WORKER_USERNAME", value: worker.user },
    { name: "SCALER_USERNAME", value: scaler.user },
    // No passwords for prepared roles: the migration only grants their rights.
    ...(rolesPrepared ? [] : [secretVariable("WORKER_PASSWORD", worker), secretVariable("SCALER_PASSWORD", scaler)]),
    ...(attach.length > 0 ? [{ name: "ATTACH", value: toVariable(attach) }] : []),
    ...(connectionsNeeded === undefined ? [] : [{ name: "MAX_CONNECTIONS_NEEDED", value: String(connectionsNeeded) }]),
  ];
}

/**
 * The pod without what only the work of batches needs; the patch stays, since a connection may need it (a proxy), and with it the volumes
 * and mounts that it names.
 */
function withoutWork(pod: PodArgs): PodArgs {
  const { env, envFromSecrets, volumes = [], volumeMounts = [], resources, topologySpreadConstraints, ...rest } = pod;
  const patched = withoutPatchedResources(pod.podSpecPatch);
  const { names, paths } = patchedVolumes(pod.podSpecPatch);
  const mounts = volumeMounts.filter(({ mountPath }) => paths.includes(mountPath));
  const mounted = [...names, ...mounts.map(({ name }) => name)];
  const { requests = {}, limits: given = {} } = withoutDevices(resources);
  const limits = { ...given, ...patched.limits };
  const storage = requests["ephemeral-storage"] ?? limits["ephemeral-storage"];
  return {
    ...rest,
    ...(patched.patch !== undefined && { podSpecPatch: patched.patch }),
    resources: {
      limits,
      // A quota may demand a request as well.
      ...(storage !== undefined && { requests: { "ephemeral-storage": atMost(storage, STORAGE) } }),
    },
    volumes: volumes.filter(({ name }) => mounted.includes(name)),
    volumeMounts: mounts,
  };
}

/** The request, or the given amount if that is lower. */
function atMost(given: string | undefined, request: string): string {
  return given !== undefined && quantityValue(given) < quantityValue(request) ? given : request;
}
