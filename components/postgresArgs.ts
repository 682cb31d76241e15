import type * as pulumi from "@pulumi/pulumi";
import type { PoolerAddress } from "./database.ts";

/** A PostgreSQL that the component installs, in the namespace of the batches. */
export interface PostgresInstallArgs {
  /**
   * Where the chart comes from: a repository's https:// or http://, an oci:// reference, or a local path.
   *
   * @default oci://registry-1.docker.io/bitnamicharts/postgresql
   */
  readonly chart?: string;
  /**
   * The registry that the images come from.
   *
   * @default docker.io
   */
  readonly imageRegistry?: string;
  /**
   * The name of the Helm release.
   *
   * @default my-release
   */
  readonly releaseName?: string;
}

/** A role of an existing PostgreSQL, with its password: either itself, or in a Secret. */
export interface RoleArgs {
  /** The role's name. */
  readonly user: string;
  /**
   * Its password, which is put into a Secret.
   *
   * @default - it is in `secretName`
   */
  readonly password?: pulumi.Input<string>;
  /**
   * A Secret in the namespace of the batches with its password.
   *
   * @default - it is `password`
   */
  readonly secretName?: pulumi.Input<string>;
  /**
   * The key of the password in `secretName`.
   *
   * @default password
   */
  readonly secretKey?: string;
}

/** How an existing PostgreSQL proves itself. */
export interface TlsArgs {
  /**
   * `require` (TLS, any certificate) or `verify-full` (a trusted certificate of this host name).
   *
   * @default verify-full
   */
  readonly mode?: string;
  /**
   * The same for KEDA's poll, whose scaler knows no authorities but those of KEDA's image.
   *
   * @default require
   */
  readonly scalerMode?: string;
  /**
   * The certificate authority, in PEM.
   *
   * @default - `caSecretName`, or the authorities that Node.js trusts
   */
  readonly ca?: pulumi.Input<string>;
  /**
   * A Secret in the namespace of the batches with the certificate authority.
   *
   * @default - `ca`, or the authorities that Node.js trusts
   */
  readonly caSecretName?: pulumi.Input<string>;
  /**
   * The key of the certificate in `caSecretName`.
   *
   * @default ca.crt
   */
  readonly caSecretKey?: string;
}

/** A PostgreSQL that is there. */
export interface ExistingPostgresArgs {
  /** The server's host name, as pods reach it. */
  readonly host: pulumi.Input<string>;
  /**
   * Its TCP port.
   *
   * @default 5432
   */
  readonly port?: pulumi.Input<number>;
  /** The database's name. */
  readonly database: pulumi.Input<string>;
  /**
   * How the server proves itself.
   *
   * @default - `verify-full` by the authorities that Node.js trusts
   */
  readonly tls?: TlsArgs;
  /** Owns the schema: migrations run as it. It needs the right to create in the database, and CREATEROLE unless roles are prepared. */
  readonly admin: RoleArgs;
  /**
   * A role that a DBA has prepared for the workers; `scaler` must be given, too.
   *
   * @default - `batch_worker`, which the migration creates with a random password
   */
  readonly worker?: RoleArgs;
  /**
   * A role that a DBA has prepared for KEDA's poll; `worker` must be given, too.
   *
   * @default - `batch_scaler`, which the migration creates with a random password
   */
  readonly scaler?: RoleArgs;
  /**
   * The names of the roles that the migration creates begin with it. Roles are a server's, not a database's: stacks that share
   * a server need different ones.
   *
   * @default batch
   */
  readonly rolePrefix?: string;
  /**
   * A connection pooler in transaction mode that workers connect to; needs `leaseSeconds`. The migration and KEDA's poll
   * connect past it.
   *
   * @default - none
   */
  readonly pooler?: PoolerAddress;
}
