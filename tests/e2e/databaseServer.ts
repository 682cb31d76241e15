/** A log-in to the batches' PostgreSQL over the network. */
export interface LogIn {
  readonly user: string;
  readonly password: string;
  /** `disable`: without TLS. `require`: with it or not at all. */
  readonly sslmode: "disable" | "require";
}

/** The batches' PostgreSQL, as its administrator has it. */
export interface DatabaseServer {
  /** The passwords that the stack is given; empty if it creates them all. */
  readonly passwords: readonly string[];
  /** Whether it exists before the stack, and keeps its requests when the stack is destroyed. */
  readonly outlivesStack: boolean;
  /** Runs statements in the batches' database as a superuser; its rows without headers, as `psql -qAtX` prints them. */
  psql(statements: string): Promise<string>;
  /** Starts a restart, and need not wait for its end. */
  restart(): Promise<unknown>;
  /** Logs in; `in`, or what the server says against it. The password is in no command line. */
  tryLogIn(logIn: LogIn): Promise<string>;
}
