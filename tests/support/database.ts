import { after } from "node:test";
import pg from "pg";
import { Database } from "../../worker/src/database.ts";
import { type Log, noopLog } from "../../worker/src/log.ts";
import type { DatabaseSettings } from "../../worker/src/settings.ts";
import { until, type WaitOptions } from "./until.ts";
import { waitOutStartupGrace } from "./waitOutStartupGrace.ts";

/** The migrated, empty database that every test file gets a copy of. */
export const TEMPLATE_DATABASE = "template_batch";

/** A test file's own database. */
export interface TestDatabase {
  readonly name: string;
  /** A plain connection, for a user's statements. */
  readonly client: pg.Client;
  /** Rows of a query, as a user would see them. */
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** The requests of a kind that are in the queue, in order. */
  queued(kind?: string): Promise<number[]>;
  /** Inserts this many claps, of 40 s. */
  insert(count?: number): Promise<unknown>;
  /** Empties the tables: no requests but this many claps, no known Jobs, no polls. */
  reset(claps?: number): Promise<void>;
  /** Why a kind is stopped; empty if it is not. */
  problem(kind?: string): Promise<string>;
  /** Another plain connection, for a separate transaction or another role. */
  open(login?: Login): Promise<pg.Client>;
  /** Creates a role, which can log in; it is dropped with the database. */
  createRole(name: string, attributes?: string): Promise<void>;
  /** Another plain connection, with a transaction of these statements, which stays open. */
  begin(statements: string, isolation?: string): Promise<pg.Client>;
  /** Waits until sessions of this database wait for a lock: one, or this many. */
  untilBlocked(sessions?: number): Promise<unknown>;
  /**
   * The result of work that waits for a transaction with these statements, on another connection, which then ends.
   *
   * @param end - its last statements
   */
  blockedBy<T>(statements: string, work: () => Promise<T>, end?: string): Promise<T>;
  /**
   * A worker's private connection: its session locks are released when it is closed.
   *
   * @default user - the superuser
   * @param settings - others than the usual ones
   */
  connect(user?: string, settings?: Partial<DatabaseSettings>, log?: Log): Database;
  /** Ends every worker's session, and waits until it has ended. */
  endWorkerSessions(): Promise<unknown>;
  /** Waits until no worker has a session. */
  untilNoWorkerSession(options?: WaitOptions): Promise<unknown>;
  /** The environment that connects a worker process to this database. */
  readonly env: NodeJS.ProcessEnv;
  /** The DATABASE_URL of `npm start` for it, as this role (`user` or `user:password`). */
  url(login?: string, parameters?: string): string;
}

/** Without triggers, which would record each deleted row. TRUNCATE takes four times as long, and makes every session plan again. */
const RESET = `
  set local session_replication_role = replica;
  delete from make_it_clap; delete from batch.queue; delete from batch.history; delete from batch.job;
  delete from batch.deleted_request; delete from batch.rejected; delete from batch.scaling;
  insert into batch.scaling (kind) select kind from batch.kind;
  select setval('make_it_clap_id_seq', 1, false)`;

const WORKER_SESSIONS =
  "from pg_stat_activity where application_name = 'postgres-batch' and datname = current_database()";

let copies = 0;

type Login = Pick<pg.ClientConfig, "user" | "password">;

/** A plain connection to a database of the tests' server, by default as the superuser; the caller ends it. */
export async function connectTo(database: string, login: Login = {}): Promise<pg.Client> {
  const { PG_HOST: host, PG_PORT, PG_USERNAME: user } = process.env;
  const client = new pg.Client({ host, port: Number(PG_PORT), user, database, ...login });
  await client.connect();
  return client;
}

/** Creates a copy of the template (or of `from`) for the calling test file; it is dropped when the file ends. */
export async function createTestDatabase(from: string = TEMPLATE_DATABASE): Promise<TestDatabase> {
  const { PG_HOST: host, PG_PORT, PG_USERNAME: user } = process.env;
  if (!host || !user) throw new Error("tests must be run by `npm test` (it starts PostgreSQL)");
  const server = { host, port: Number(PG_PORT), user };
  const name = `test_${process.pid}_${++copies}`;
  const admin = await connectTo("postgres");
  // Here, so that tests without a database need not wait.
  await waitOutStartupGrace(admin);
  // Copies are made one at a time: a template must have no other connection.
  await admin.query("select pg_advisory_lock(1)");
  await admin.query(`create database ${name} template ${from}`);
  await admin.query("select pg_advisory_unlock(1)");

  const clients: pg.Client[] = [];
  async function open(login?: Login): Promise<pg.Client> {
    const client = await connectTo(name, login);
    clients.push(client);
    return client;
  }
  const client = await open();
  // If a failed test has left a lock, the next tests fail instead of waiting for ever.
  await client.query("set lock_timeout = '20s'");
  const opened: Database[] = [];
  const roles: string[] = [];
  after(async () => {
    await Promise.all([...opened.map((database) => database.close()), ...clients.map((each) => each.end())]);
    await admin.query(`drop database ${name} with (force)`);
    for (const role of roles) await admin.query(`drop role ${role}`);
    await admin.end();
  });
  async function begin(statements: string, isolation?: string): Promise<pg.Client> {
    const other = await open();
    await other.query(`begin ${isolation ? `isolation level ${isolation}` : ""}; ${statements}`);
    return other;
  }
  const untilBlocked = (sessions = 1) =>
    until("sessions wait for a lock", async () => {
      const waiting = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = $1";
      return ((await admin.query(waiting, [name])).rowCount ?? 0) >= sessions;
    });
  async function query<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      return (await client.query<Row>(text, [...values])).rows;
    } catch (error) {
      // The server reports an error before it releases the locks of the failed transaction; the next statement is answered after that.
      await client.query("").catch(() => {});
      throw error;
    }
  }
  async function insert(count = 1): Promise<void> {
    const claps = "insert into make_it_clap (duration_seconds) select 40 from generate_series(1, $1::integer)";
    await query(claps, [count]);
  }
  return {
    name,
    client,
    query,
    queued: async (kind = "clap") => {
      const rows = await query("select request_id from batch.queue where kind = $1 order by 1", [kind]);
      return rows.map(({ request_id }) => Number(request_id));
    },
    insert,
    problem: async (kind = "clap") => {
      const [status] = await query("select problem from batch.status where kind = $1", [kind]);
      return status?.problem ?? "";
    },
    createRole: async (role, attributes = "") => {
      await query(`create role ${role} login ${attributes}`);
      roles.push(role);
    },
    reset: async (claps = 0) => {
      await client.query(RESET);
      if (claps > 0) await insert(claps);
    },
    open,
    begin,
    untilBlocked,
    blockedBy: async (statements, work, end = "commit") => {
      const other = await begin(statements);
      const working = work();
      await untilBlocked();
      const [result] = await Promise.all([working, other.query(end).then(() => other.end())]);
      return result;
    },
    connect: (user = server.user, settings = {}, log = noopLog) => {
      const usual = { ...server, user, password: undefined, name, databaseTimeoutSeconds: 5 };
      const database = new Database({ ...usual, ...settings }, log);
      opened.push(database);
      return database;
    },
    endWorkerSessions: () => query(`select pg_terminate_backend(pid, 10000) ${WORKER_SESSIONS}`),
    untilNoWorkerSession: (options) =>
      until("no worker has a session", async () => (await query(`select ${WORKER_SESSIONS}`)).length === 0, options),
    url: (login = server.user, parameters = "") =>
      `postgresql://${login}@/${name}?host=${encodeURIComponent(host)}&port=${PG_PORT}${parameters}`,
    env: { PG_HOST: host, PG_PORT, PG_USERNAME: user, PG_DATABASE: name },
  };
}
