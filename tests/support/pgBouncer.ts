import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { asServerUser } from "./asServerUser.ts";
import type { Certificate } from "./issueCertificate.ts";
import { createServerHome } from "./serverHome.ts";
import { until } from "./until.ts";

const PROGRAM = "/usr/sbin/pgbouncer";

/** Why a test that needs Debian's PgBouncer cannot run; undefined if it is installed. */
export const PGBOUNCER_MISSING = existsSync(PROGRAM) ? undefined : `${PROGRAM} is not installed`;

interface PgBouncerArgs {
  /** The address at which it and the server listen. */
  readonly address: string;
  readonly port: number;
  readonly serverPort: number;
  readonly database: string;
  /** The role that may run `public.user_lookup(name)`: clients log in as any role of the server, checked against that role's verifier. */
  readonly lookup: { readonly user: string; readonly password: string };
  /** Its own certificate, and the authority that signed the server's. */
  readonly certificate: Certificate;
  /** The most connections to the server. */
  readonly poolSize: number;
}

export type PgBouncer = Awaited<ReturnType<typeof startPgBouncer>>;

/** Starts Debian's PgBouncer in transaction mode, with TLS on both sides. */
export async function startPgBouncer(args: PgBouncerArgs) {
  const { lookup, certificate } = args;
  const home = await createServerHome("postgres-batch-pgbouncer-", {
    "users.txt": `"${lookup.user}" "${lookup.password}"\n`,
    "ca.crt": certificate.authority,
    "server.crt": certificate.cert,
    "server.key": certificate.key,
    "pgbouncer.ini": toIni(args),
  });
  const [program, ...rest] = await asServerUser(PROGRAM, join(home, "pgbouncer.ini"));
  const child: ChildProcess = spawn(program, rest, { cwd: home, stdio: "ignore" });
  function stopNow(): void {
    child.kill("SIGKILL");
    rmSync(home, { recursive: true, force: true });
  }
  const log = join(home, "pgbouncer.log");
  const readLog = () => (existsSync(log) ? readFileSync(log, "utf8") : "");
  try {
    await until("PgBouncer is up", () => {
      if (child.exitCode !== null) throw new Error(`PgBouncer ended with ${child.exitCode}: ${readLog()}`);
      return readLog().includes("process up");
    });
  } catch (error) {
    stopNow();
    throw error;
  }
  return {
    /** Ends it and removes everything. */
    async stop(): Promise<void> {
      const ended = once(child, "exit");
      stopNow();
      await ended;
    },
    /** The same, synchronously, for a process that is exiting. */
    stopNow,
  };
}

function toIni({ address, port, serverPort, database, lookup, poolSize }: PgBouncerArgs): string {
  return `[databases]
${database} = host=${address} port=${serverPort} dbname=${database} auth_user=${lookup.user}
[pgbouncer]
listen_addr = ${address}
listen_port = ${port}
unix_socket_dir =
logfile = pgbouncer.log
pool_mode = transaction
default_pool_size = ${poolSize}
auth_type = scram-sha-256
auth_file = users.txt
auth_query = select usename, passwd from public.user_lookup($1)
client_tls_sslmode = require
client_tls_cert_file = server.crt
client_tls_key_file = server.key
server_tls_sslmode = verify-full
server_tls_ca_file = ca.crt
`;
}
