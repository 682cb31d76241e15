import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { type DebianServer, startDebianReplica, startDebianServer } from "../../support/debianServer.ts";
import { findFreePort } from "../../support/freePort.ts";
import { issueCertificate } from "../../support/issueCertificate.ts";
import { type PgBouncer, startPgBouncer } from "../../support/pgBouncer.ts";
import { until } from "../../support/until.ts";
import { restoreAtExit } from "../nodes/restoreAtExit.ts";
import { runPsql } from "./runPsql.ts";
import { parseSessions, type Session } from "./sessions.ts";

/** Only this machine can use the socket; every other connection needs TLS and a password. */
const HBA = "local all,replication all trust\nhostssl all all all scram-sha-256\n";

const SETTINGS = {
  hba_file: "hba.conf",
  ssl: "on",
  ssl_cert_file: "server.crt",
  ssl_key_file: "server.key",
  log_connections: "on",
  log_line_prefix: "%h ",
};

/** The maximum number of the pooler's connections. */
export const POOL_SIZE = 3;

/** What PgBouncer needs in a database: a way to look up the verifier of the role that logs in. */
const USER_LOOKUP = `
  create function public.user_lookup(name) returns table (usename name, passwd text)
    language sql security definer set search_path = pg_catalog
    as 'select rolname, rolpassword from pg_authid where rolname = $1 and rolcanlogin';
  revoke all on function public.user_lookup(name) from public;
  grant execute on function public.user_lookup(name) to pgbouncer`;

/** The owner of a database: not a superuser, but with CREATEROLE. */
interface Owner {
  readonly user: string;
  readonly password: string;
}

/** A PostgreSQL 15 outside the cluster, with PgBouncer in front of one of its databases. */
export interface OutsideDatabase extends AsyncDisposable {
  /** The address at which pods reach both. */
  readonly address: string;
  readonly port: number;
  readonly poolerPort: number;
  /** The certificate of the authority that has signed both server certificates, in PEM. */
  readonly authority: string;
  /** The owners, by their databases. */
  readonly owners: Readonly<Record<string, Owner>>;
  /** Runs a statement in a database as its owner, over verified TLS. */
  query<Row extends pg.QueryResultRow>(database: string, statement: string): Promise<Row[]>;
  /** Runs statements in a database as the superuser, who logs in on this machine alone; what `psql -qAtX` prints. */
  psql(database: string, statements: string): Promise<string>;
  /** Restarts the server: its sessions are ended first. */
  restart(): Promise<void>;
  /** Has a synchronous replica follow the server. */
  addReplica(): Promise<void>;
  /** Stops the server as if it had crashed; after this many seconds the replica replaces it at the same address. */
  failOver(seconds: number): Promise<void>;
  /** Every session that the server or its replacement has accepted so far. */
  sessions(): Session[];
}

/**
 * Starts both at an address of this machine with these databases; the last one is pooled.
 *
 * @param serverPort - the server's TCP port; by default a free one
 */
export async function startOutsideDatabase(
  address: string,
  databases: readonly string[],
  serverPort?: number,
): Promise<OutsideDatabase> {
  const certificate = await issueCertificate(address);
  const [port, poolerPort] = [serverPort ?? (await findFreePort()), await findFreePort()];
  const settings = { ...SETTINGS, listen_addresses: address, port: String(port) };
  const files = { "hba.conf": HBA, "server.crt": certificate.cert, "server.key": certificate.key };
  let server = await startDebianServer(settings, files);
  let replica: DebianServer | undefined;
  let pooler: PgBouncer | undefined;
  const atExit = restoreAtExit(() => {
    for (const program of [pooler, replica, server]) program?.stopNow();
  });
  async function stop(): Promise<void> {
    atExit[Symbol.dispose]();
    for (const program of [pooler, replica, server]) await program?.stop();
  }
  const owners: Record<string, Owner> = {};
  try {
    for (const name of databases) owners[name] = await createDatabase(server, name);
    const lookup = { user: "pgbouncer", password: createPassword() };
    const database = databases.at(-1) ?? "";
    await asSuperuser(server, "postgres", `create role ${lookup.user} login password '${lookup.password}'`);
    await asSuperuser(server, database, USER_LOOKUP);
    const where = { address, port: poolerPort, serverPort: port, database };
    pooler = await startPgBouncer({ ...where, lookup, certificate, poolSize: POOL_SIZE });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...{ address, port, poolerPort, authority: certificate.authority, owners },
    query: async (database, statement) => {
      const ssl = { ca: certificate.authority };
      const client = new pg.Client({ host: address, port, database, ssl, ...owners[database] });
      await client.connect();
      try {
        return (await client.query(statement)).rows;
      } finally {
        await client.end();
      }
    },
    psql: (database, statements) => runPsql(toConninfo(server, database), statements),
    restart: () => server.restart({}),
    addReplica: async () => {
      replica = await startDebianReplica(server, { ...settings, listen_addresses: "" }, files);
      await asSuperuser(server, "postgres", "alter system set synchronous_standby_names = '*'");
      await asSuperuser(server, "postgres", "select pg_reload_conf()");
      const isSynchronous = "select from pg_stat_replication where sync_state = 'sync'";
      await until("the replica is synchronous", async () => {
        return (await asSuperuser(server, "postgres", isSynchronous)).rowCount === 1;
      });
    },
    failOver: async (seconds) => {
      const next = replica;
      if (next === undefined) throw new Error("there must be a replica (it takes the server's place); got none");
      await server.stop();
      [server, replica] = [next, undefined];
      await sleep(1_000 * seconds);
      await server.promote();
      await server.restart({ listen_addresses: address });
    },
    sessions: () => parseSessions(readFileSync(server.logFile, "utf8")),
    [Symbol.asyncDispose]: stop,
  };
}

async function createDatabase(server: DebianServer, name: string): Promise<Owner> {
  const owner = { user: `${name}_admin`, password: createPassword() };
  await asSuperuser(server, "postgres", `create role ${owner.user} login createrole password '${owner.password}'`);
  await asSuperuser(server, "postgres", `create database ${name} owner ${owner.user}`);
  return owner;
}

function toConninfo({ host, port, user }: DebianServer, database: string): string {
  return `host=${host} port=${port} user=${user} dbname=${database}`;
}

async function asSuperuser({ host, port, user }: DebianServer, database: string, statement: string) {
  const client = new pg.Client({ host, port, user, database });
  await client.connect();
  return await client.query(statement).finally(() => client.end());
}

/** A random password that needs no quoting in SQL. */
export function createPassword(): string {
  return randomBytes(16).toString("hex");
}
