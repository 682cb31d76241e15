/** A role of the database, and where its password is. */
export interface Login {
  readonly user: string;
  /** A Secret of the database's namespace. */
  readonly secretName: string;
  /** The key in the Secret. */
  readonly secretKey: string;
}

/** Where the database is, as seen from a pod of any namespace. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** A Secret of the database's namespace whose `ca.crt` the server proves itself by. */
  readonly caSecretName: string;
}
