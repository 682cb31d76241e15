import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { DatabaseAddress, RoleCredentials } from "./database.ts";
import { existingPostgres } from "./existingPostgres.ts";
import { installPostgres } from "./installPostgres.ts";
import { mergeMetadata } from "./mergeMetadata.ts";
import type { ExistingPostgresArgs, PostgresInstallArgs } from "./postgresArgs.ts";
import { DEFAULT_NAMESPACE, DEFAULT_ROTATION, postgresNameRule, postgresRule } from "./postgresRules.ts";
import { refuseWrongArgs } from "./refuseWrongArgs.ts";
import { RoleSecrets } from "./roleSecrets.ts";

/** The PostgreSQL that holds the requests (at most one of `install` and `existing`), and the namespace of the batches. */
export interface PostgresArgs {
  /**
   * Install PostgreSQL, for evaluation only: its image gets no security updates.
   *
   * @default - installed with all defaults, unless `existing` is set
   */
  readonly install?: PostgresInstallArgs;
  /**
   * Use an existing one, version 14 to 18.
   *
   * @default - none
   */
  readonly existing?: ExistingPostgresArgs;
  /**
   * The namespace of the batches.
   *
   * @default keda-with-postgresql
   */
  readonly namespace?: pulumi.Input<string>;
  /**
   * Whether to create the namespace, and to delete it at the end with everything in it. False: it exists already, with the
   * objects that pods refer to (Secrets, service accounts). One that the component has created is deleted when this becomes false.
   *
   * @default true
   */
  readonly createNamespace?: boolean;
  /**
   * When it changes, the generated passwords of `worker` and `scaler` are replaced. Give the `SchemaMigration` the same value: its Job sets
   * them on the server, which otherwise refuses every pod.
   *
   * @default 1
   */
  readonly passwordRotation?: pulumi.Input<string>;
  /**
   * Labels of every object of the component.
   *
   * @default - none
   */
  readonly labels?: { [name: string]: string };
  /**
   * Annotations of every object of the component.
   *
   * @default - none
   */
  readonly annotations?: { [name: string]: string };
}

/**
 * PostgreSQL with its three roles, and the namespace of the batches.
 *
 * @throws RunError naming every wrong argument, before anything is created.
 */
export class Postgres extends pulumi.ComponentResource {
  /** The namespace of the batches; if this component created it, everything in it is deleted with it. */
  readonly namespace: pulumi.Output<string>;
  /** The namespace as a resource, for `deletedWith`; undefined if it existed before. */
  readonly createdNamespace?: k8s.core.v1.Namespace;
  /** The Helm release, which clients of the database depend on; undefined for an existing database. */
  readonly release?: k8s.helm.v3.Release;
  /** The database's address. */
  readonly address: DatabaseAddress;
  /** The role that owns the schema and runs the migrations. */
  readonly admin: RoleCredentials;
  /** The role that claims and finishes requests. */
  readonly worker: RoleCredentials;
  /** The role that runs the scaling query. */
  readonly scaler: RoleCredentials;
  /** Whether a DBA has prepared `worker` and `scaler`: the migration then grants their rights but does not change passwords. */
  readonly rolesPrepared: boolean;
  /** A command that opens psql as `admin`: in the server's pod, or from any machine that reaches the existing server. */
  readonly psql: pulumi.Output<string>;

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("postgres-batch:index:Postgres", name, {}, opts);
    refuseWrongArgs(`Postgres ${name}`, postgresRule(name), args);
    refuseWrongArgs(`Postgres ${name}`, postgresNameRule, { name });
    const { namespace = DEFAULT_NAMESPACE, createNamespace = true, passwordRotation = DEFAULT_ROTATION } = args;
    const { labels, annotations } = args;
    const metadata = { ...(labels && { labels }), ...(annotations && { annotations }) };
    if (createNamespace) {
      this.createdNamespace = new k8s.core.v1.Namespace(
        `${name}-namespace`,
        {
          metadata: {
            name: namespace,
            ...metadata,
            labels: mergeMetadata(labels, { "pod-security.kubernetes.io/enforce": "restricted" }),
          },
        },
        { parent: this },
      );
    }
    this.namespace = pulumi.output(this.createdNamespace?.metadata.name ?? namespace);
    const secrets = new RoleSecrets(name, this, {
      namespace: this.namespace,
      deletedWith: this.createdNamespace,
      metadata,
    });
    const database = args.existing
      ? existingPostgres(secrets, { ...args.existing, passwordRotation })
      : installPostgres(name, secrets, { ...args.install, namespace, passwordRotation });
    ({ address: this.address, admin: this.admin, worker: this.worker, scaler: this.scaler } = database);
    this.rolesPrepared = database.rolesPrepared;
    this.psql = pulumi.output(database.psql);
    if (database.release) this.release = database.release;
    const { address, admin, worker, scaler, rolesPrepared, psql, createdNamespace, release } = this;
    this.registerOutputs({
      namespace: this.namespace,
      createdNamespace,
      release,
      address,
      admin,
      worker,
      scaler,
      rolesPrepared,
      psql,
    });
  }
}
