import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { DatabaseAddress, RoleCredentials } from "./database.ts";
import { existingPostgres } from "./existingPostgres.ts";
import { installPostgres } from "./installPostgres.ts";
import type { ExistingPostgresArgs, PostgresInstallArgs } from "./postgresArgs.ts";
import { DEFAULT_NAMESPACE, postgresRule } from "./postgresRules.ts";
import { refuseWrongArgs } from "./refuseWrongArgs.ts";
import { RoleSecrets } from "./roleSecrets.ts";

/** Which PostgreSQL holds the requests (one of `install` and `existing`), and the namespace of the batches. */
export interface PostgresArgs {
  /**
   * Install one, for evaluation: its image gets no security updates.
   *
   * @default - installed with every default, where `existing` is not given
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
  readonly namespace?: string;
  /**
   * Whether the namespace is created, and deleted with everything in it. False: it is there already, with what the pods refer
   * to (Secrets, service accounts).
   *
   * @default true
   */
  readonly createNamespace?: boolean;
  /**
   * When it changes, the generated passwords of `worker` and `scaler` are replaced; the schema's migration sets them on the
   * server.
   *
   * @default 1
   */
  readonly passwordRotation?: string;
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
 * PostgreSQL with its three roles, and the namespace where batches live.
 *
 * @throws RunError naming every wrong argument, before anything is created.
 */
export class Postgres extends pulumi.ComponentResource {
  /** The namespace of the batches; whatever is in it is deleted with it, if it was created here. */
  readonly namespace: pulumi.Output<string>;
  /** The namespace as a resource, for `deletedWith`; undefined where it was there before. */
  readonly createdNamespace?: k8s.core.v1.Namespace;
  /** What uses the database depends on it; undefined where the database was there before. */
  readonly release?: k8s.helm.v3.Release;
  /** Where the database is. */
  readonly address: DatabaseAddress;
  /** Owns the schema: migrations run as it. */
  readonly admin: RoleCredentials;
  /** Claims and finishes requests. */
  readonly worker: RoleCredentials;
  /** Runs the scaling query. */
  readonly scaler: RoleCredentials;
  /** Whether a DBA has prepared `worker` and `scaler`: the migration grants them their rights and leaves their passwords alone. */
  readonly rolesPrepared: boolean;
  /** Opens psql as `admin`: in the server's own pod, or from where the existing server can be reached. */
  readonly psql: pulumi.Output<string>;

  constructor(name: string, args: PostgresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("postgres-batch:index:Postgres", name, {}, opts);
    refuseWrongArgs(`Postgres ${name}`, postgresRule, args);
    const { namespace = DEFAULT_NAMESPACE, createNamespace = true, passwordRotation = "1", labels, annotations } = args;
    const metadata = { ...(labels && { labels }), ...(annotations && { annotations }) };
    if (createNamespace) {
      this.createdNamespace = new k8s.core.v1.Namespace(
        `${name}-namespace`,
        {
          metadata: {
            name: namespace,
            ...metadata,
            labels: { ...labels, "pod-security.kubernetes.io/enforce": "restricted" },
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
