import type * as pulumi from "@pulumi/pulumi";
import type { PoolerAddress } from "./database.ts";

/** A PostgreSQL to install in the namespace of the batches. */
export interface PostgresInstallArgs {
  /**
   * The source of the chart: a repository's http:// or https:// URL, an oci:// reference, or a local path.
   *
   * @default oci://registry-1.docker.io/bitnamicharts/postgresql
   */
  readonly chart?: string;
  /**
   * The registry of the images.
   *
   * @default docker.io
   */
  readonly imageRegistry?: string;
  /**
   * Secrets in the namespace of the batches with credentials for `imageRegistry`. The component does not create them: unless something in the
   * cluster does, create the namespace and the Secrets beforehand, and set the component's `createNamespace` to false.
   *
   * @default - none
   */
  readonly imagePullSecrets?: pulumi.Input<string>[];
  /**
   * The name of the Helm release.
   *
   * @default my-release
   */
  readonly releaseName?: string;
  /**
   * The cluster's DNS domain. The server's name ends in it, and so do the names in its certificate.
   *
   * @default cluster.local
   */
  readonly clusterDomain?: string;
}

/** A role of an existing PostgreSQL, and its password: given directly, or in a Secret. */
export interface RoleArgs {
  /** The role's name. */
  readonly user: pulumi.Input<string>;
  /**
   * Its password, which is stored in a Secret.
   *
   * @default - the one in `secretName`
   */
  readonly password?: pulumi.Input<string>;
  /**
   * A Secret in the namespace of the batches that holds its password.
   *
   * @default - none; `password` is used
   */
  readonly secretName?: pulumi.Input<string>;
  /**
   * The key of the password in `secretName`.
   *
   * @default password
   */
  readonly secretKey?: string;
}

/** How clients verify an existing PostgreSQL. */
export interface TlsArgs {
  /**
   * `require` (TLS, any certificate) or `verify-full` (a trusted certificate for `serverName`).
   *
   * @default verify-full
   */
  readonly mode?: string;
  /**
   * The same for KEDA's poll, whose scaler trusts only the authorities in KEDA's image.
   *
   * @default require
   */
  readonly scalerMode?: string;
  /**
   * The name in the server's certificate, where pods reach the server by another one (a CNAME, a private endpoint, a tunnel).
   *
   * @default - `host`
   */
  readonly serverName?: pulumi.Input<string>;
  /**
   * The certificate authority, in PEM.
   *
   * @default - `caSecretName`, or the authorities that Node.js trusts
   */
  readonly ca?: pulumi.Input<string>;
  /**
   * A Secret in the namespace of the batches that holds the certificate authority.
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

/** An existing PostgreSQL. */
export interface ExistingPostgresArgs {
  /** The server's host name, as seen from pods. */
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
   * How clients verify the server.
   *
   * @default - `verify-full` with the authorities that Node.js trusts
   */
  readonly tls?: TlsArgs;
  /**
   * The role that owns the schema and runs the migrations. It needs CREATE on the database and on its schema public, and CREATEROLE unless
   * roles are prepared.
   */
  readonly admin: RoleArgs;
  /**
   * A role that a DBA has prepared for the workers; requires `scaler`.
   *
   * @default - `batch_worker`, which the migration creates with a random password
   */
  readonly worker?: RoleArgs;
  /**
   * A role that a DBA has prepared for KEDA's poll; requires `worker`.
   *
   * @default - `batch_scaler`, which the migration creates with a random password
   */
  readonly scaler?: RoleArgs;
  /**
   * The prefix for the names of the roles that the migration creates. Roles belong to the server, not to a database: stacks that
   * share a server need different prefixes.
   *
   * @default batch
   */
  readonly rolePrefix?: string;
  /**
   * A connection pooler in transaction mode for the workers; requires `leaseSeconds`. The migration and KEDA's poll bypass it.
   *
   * @default - none
   */
  readonly pooler?: PoolerAddress;
}
