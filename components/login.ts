/** A role of the database and the Secret that holds its password under `password`. */
export interface Login {
  readonly user: string;
  readonly secretName: string;
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
