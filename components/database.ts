import type * as pulumi from "@pulumi/pulumi";

/** A role of the database, and the Secret that holds its password. */
export interface RoleCredentials {
  /** The role's name. */
  readonly user: string;
  /** A Secret in the namespace of the batches. */
  readonly secretName: pulumi.Input<string>;
  /** The key of the password in the Secret. */
  readonly secretKey: pulumi.Input<string>;
}

/** Another address of the same database. */
export interface PoolerAddress {
  /** Its host name, as pods reach it. */
  readonly host: pulumi.Input<string>;
  /**
   * Its TCP port.
   *
   * @default 5432
   */
  readonly port?: pulumi.Input<number>;
}

/** Where the database is, as pods of any namespace reach it. */
export interface DatabaseAddress {
  /** The server's host name. */
  readonly host: pulumi.Input<string>;
  /** Its TCP port. */
  readonly port: pulumi.Input<number>;
  /** The database's name. */
  readonly database: pulumi.Input<string>;
  /** How pods verify the server: `require` (TLS, any certificate) or `verify-full` (a trusted one, of this host name). */
  readonly sslMode: pulumi.Input<string>;
  /**
   * How KEDA's poll verifies the server, as `sslMode`. Its scaler knows only the certificate authorities of its image.
   *
   * @default require
   */
  readonly scalerSslMode?: pulumi.Input<string>;
  /**
   * A Secret in the namespace of the batches with the certificate authority for `verify-full`.
   *
   * @default - the authorities that Node.js trusts
   */
  readonly caSecretName?: pulumi.Input<string>;
  /**
   * The key of the certificate in `caSecretName`.
   *
   * @default ca.crt
   */
  readonly caSecretKey?: pulumi.Input<string>;
  /**
   * A connection pooler that workers connect to; the migration and KEDA's poll connect past it.
   *
   * @default - workers connect to the server
   */
  readonly pooler?: PoolerAddress;
}

/** PostgreSQL's default port. */
export const DEFAULT_PORT = 5_432;

/** The key of a certificate authority in a Secret, as Kubernetes and the chart name it. */
export const DEFAULT_CA_KEY = "ca.crt";
