/** A session in the server's log. */
export interface Session {
  /** The client's address; `[local]` for the Unix socket. */
  readonly host: string;
  readonly user: string;
  readonly database: string;
  readonly tls: boolean;
}

/** Reads the log of a server with `log_connections = on` and `log_line_prefix = '%h '`. */
export function parseSessions(log: string): Session[] {
  const lines = log.matchAll(/^(\S+) LOG: {2}connection authorized: user=(\S+) database=(\S+)(.*)$/gm);
  return [...lines].map(([, host = "", user = "", database = "", rest = ""]) => {
    return { host, user, database, tls: rest.includes(" SSL enabled ") };
  });
}
