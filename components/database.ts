import type * as pulumi from "@pulumi/pulumi";

/** A database role, and the Secret that holds its password. */
export interface RoleCredentials {
  /** The role's name. */
  readonly user: pulumi.Input<string>;
  /** A Secret in the namespace of the batches. */
  readonly secretName: pulumi.Input<string>;
  /** The key of the password in the Secret. */
  readonly secretKey: pulumi.Input<string>;
}

/** The address of a connection pooler for the same database. */
export interface PoolerAddress {
  /** Its host name, as seen from pods. */
  readonly host: pulumi.Input<string>;
  /**
   * Its TCP port.
   *
   * @default 5432
   */
  readonly port?: pulumi.Input<number>;
  /**
   * The name that its certificate must have with `verify-full`.
   *
   * @default - `host`
   */
  readonly serverName?: pulumi.Input<string>;
}

/** The database's address, as seen from pods in any namespace. */
export interface DatabaseAddress {
  /** The server's host name. */
  readonly host: pulumi.Input<string>;
  /** Its TCP port. */
  readonly port: pulumi.Input<number>;
  /** The database's name. */
  readonly database: pulumi.Input<string>;
  /** How pods verify the server: `require` (TLS, any certificate) or `verify-full` (a trusted certificate for `serverName`). */
  readonly sslMode: pulumi.Input<string>;
  /**
   * The name that the server's certificate must have with `verify-full`. KEDA's poll compares only with `host`.
   *
   * @default - `host`
   */
  readonly serverName?: pulumi.Input<string>;
  /**
   * How KEDA's poll verifies the server; values as in `sslMode`. KEDA's scaler trusts only the authorities in its own image.
   *
   * @default require
   */
  readonly scalerSslMode?: pulumi.Input<string>;
  /**
   * A Secret in the namespace of the batches that holds the certificate authority for `verify-full`.
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
   * A connection pooler for the workers; the migration and KEDA's poll bypass it.
   *
   * @default - none; workers connect to the server
   */
  readonly pooler?: PoolerAddress;
}

/** The key of a certificate authority in a Secret, by the convention of Kubernetes and the chart. */
export const DEFAULT_CA_KEY = "ca.crt";
