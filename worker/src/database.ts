import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { checkServerIdentity } from "node:tls";
import type pg from "pg";
import { createClient } from "./createClient.ts";
import { DIRECT, inspectSession, isRefusalByPooler } from "./directSession.ts";
import { endLostSession, identifySession, type ServerSession } from "./endLostSession.ts";
import { DatabaseUnavailableError, SettingsError } from "./errors.ts";
import { getMessage } from "./getMessage.ts";
import { hasLostRole } from "./hasLostRole.ts";
import type { Log } from "./log.ts";
import { findOutage, isSessionWorking, mayHaveRun, type Outage } from "./outage.ts";
import { type StatementName, statement } from "./queue/statement.ts";
import { raceAbort } from "./raceAbort.ts";
import { ANSWER_TIMEOUT_MS, NEWER_SETTINGS, SESSION_SETTINGS, toOptions } from "./sessionOptions.ts";
import type { DatabaseSettings } from "./settings.ts";

/** Statements that record an outcome. While the server works, they are repeated for as long as it takes: finished work is not repeated. */
const RECORDS: ReadonlySet<StatementName> = new Set(["succeed", "succeed_and_claim", "fail", "defer"]);

/** Statements after whose success the worker relies on the session lock, which ends with the connection. */
const LOCKS: ReadonlySet<StatementName> = new Set(["claim", "succeed_and_claim", "renew"]);

/** The log's messages. */
const OUTAGES: Readonly<Record<Outage, string>> = {
  unavailable: "the database is unavailable",
  busy: "the database is busy",
  refused: "the database refuses this role",
};

const POOLED =
  "LEASE_SECONDS must be above 0 behind a pooler (each transaction may get another session, so a session lock cannot keep a claim); got 0. " +
  "Set leaseSeconds, or name the server's own host and port";

const TIME_LIMIT = new Error("the server, the database or the role limits how long a transaction takes");

type Values = readonly unknown[] | (() => readonly unknown[]);

/** How long to wait for a clean close: the server may not answer. */
const CLOSE_TIMEOUT_MS = 1_000;

/**
 * The worker's only connection, reopened when it breaks.
 *
 * Statements are sent again after a break: the same session may repeat any of them without harm.
 */
export class Database {
  /** Called when the connection breaks, so that the owner of a session lock can re-acquire it at once. */
  onDisconnect: (() => void) | undefined;

  /**
   * Set while nothing is claimed: once it aborts, a database that is unavailable or busy is not waited for. A statement whose answer was
   * lost is still repeated, since it may have claimed a request.
   */
  stopWhileUnclaimed: AbortSignal | undefined;

  /** How many answers were lost: the server may have run those statements. */
  lostAnswers = 0;

  readonly #settings: DatabaseSettings;
  readonly #log: Log;
  #client: Promise<pg.Client> | undefined;
  /** The last statement sent on each connection: a renewal may be due while another statement runs, and node-postgres wants one at a time. */
  readonly #sent = new WeakMap<pg.Client, Promise<unknown>>();
  readonly #sessions = new WeakMap<pg.Client, ServerSession>();
  /** The last session whose answer was lost, until the server has been asked to end it. */
  #lostSession: ServerSession | undefined;
  #closed = false;

  constructor(settings: DatabaseSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
  }

  /** Starts connecting, so that the first statement waits less. */
  connect(): void {
    this.#connected().catch(() => undefined);
  }

  /**
   * Runs a statement of `sql/statements/`, prepared under its name, riding out an outage of the database.
   *
   * @param values - its parameters; a function if they change while waiting for the database
   * @throws DatabaseUnavailableError when the outage lasts longer than `databaseTimeoutSeconds`; SettingsError when a pooler is in between
   *   and there is no lease; the reason of `stopWhileUnclaimed`; any other error of the statement.
   */
  async run<Row extends pg.QueryResultRow>(name: StatementName, values: Values): Promise<Row[]> {
    let deadline: number | undefined;
    let lost = false;
    for (let pause = 50; ; pause = Math.min(2 * pause, 2_000)) {
      const connection = this.#connected();
      let client: pg.Client | undefined;
      try {
        client = await (lost ? connection : this.#unlessStopped(connection));
        const current = typeof values === "function" ? values() : values;
        const { rows } = await this.#send<Row>(client, { ...this.#statement(name), values: [...current] });
        // The connection's end may arrive together with the answer, as at a process that was stopped meanwhile.
        if (LOCKS.has(name) && this.#client !== connection) throw new Error("Connection terminated after its answer");
        return rows;
      } catch (error) {
        if (this.#closed) throw error;
        const outage = findOutage(error, client !== undefined);
        // A worker that may not record and claim at once may still be allowed to record (recordSuccess.ts).
        if (outage === undefined || (outage === "refused" && name === "succeed_and_claim")) throw error;
        const isUnlimited = outage === "busy" && RECORDS.has(name);
        if (deadline === undefined || isUnlimited) {
          const { databaseTimeoutSeconds } = this.#settings;
          deadline = performance.now() + 1_000 * databaseTimeoutSeconds;
          this.#log.warn(OUTAGES[outage], { error: getMessage(error as Error), databaseTimeoutSeconds });
        }
        // After half of the time a new session is tried: the problem may be this one's alone.
        const isFirstHalf = performance.now() < deadline - 500 * this.#settings.databaseTimeoutSeconds;
        const isKept = client !== undefined && isSessionWorking(error) && isFirstHalf;
        const isBroken = outage === "unavailable" && !isKept;
        if (outage === "unavailable" && client !== undefined && mayHaveRun(error)) {
          lost = true;
          this.lostAnswers++;
          if (isBroken) this.#lostSession = this.#sessions.get(client);
        }
        // A connection that works keeps its session lock: other pods must not claim meanwhile.
        if (isBroken || (outage === "refused" && (await hasLostRole(client)))) this.#drop(connection);
        if (!isUnlimited && performance.now() + pause > deadline) {
          throw new DatabaseUnavailableError(this.#settings.databaseTimeoutSeconds, error as Error);
        }
        await (lost ? sleep(pause) : this.#unlessStopped(sleep(pause)));
        if (this.#closed) throw error;
      }
    }
  }

  /**
   * Closes the connection, which releases the session's lock. A statement that still runs or waits to be repeated, such as a renewal, fails
   * without a log line.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.onDisconnect = undefined;
    const client = this.#client;
    this.#client = undefined;
    const closed = client?.then((open) => open.end()).catch(() => undefined);
    await Promise.race([closed, sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
  }

  async #unlessStopped<T>(result: Promise<T>): Promise<T> {
    return await (this.stopWhileUnclaimed ? raceAbort(result, this.stopWhileUnclaimed) : result);
  }

  #send<Row extends pg.QueryResultRow>(client: pg.Client, query: pg.QueryConfig): Promise<pg.QueryResult<Row>> {
    const result = (this.#sent.get(client) ?? Promise.resolve()).then(() => client.query<Row>(query));
    this.#sent.set(
      client,
      result.catch(() => undefined),
    );
    return result;
  }

  /** A pooler's next connection may not know the statements prepared on this one. */
  #statement(name: StatementName): { readonly name?: string; readonly text: string } {
    return this.#settings.pooled ? { text: statement(name).text } : statement(name);
  }

  #connected(): Promise<pg.Client> {
    if (this.#client) return this.#client;
    const connection: Promise<pg.Client> = this.#connect(() => this.#drop(connection));
    this.#client = connection;
    return connection;
  }

  async #connect(drop: () => void): Promise<pg.Client> {
    // A pooler refuses settings and monitors its own connections.
    if (this.#settings.pooled) return await this.#open(drop, undefined);
    try {
      return await this.#open(drop, SESSION_SETTINGS);
    } catch (error) {
      if (error !== TIME_LIMIT) throw error;
      return await this.#open(drop, { ...SESSION_SETTINGS, ...NEWER_SETTINGS });
    }
  }

  async #open(drop: () => void, settings: Readonly<Record<string, string>> | undefined): Promise<pg.Client> {
    const client = createClient({
      ...toClientConfig(this.#settings),
      application_name: "postgres-batch",
      ...(settings && { options: toOptions({ ...settings, ...DIRECT }) }),
      connectionTimeoutMillis: 5_000,
      query_timeout: ANSWER_TIMEOUT_MS,
    });
    let isOpen = false;
    client.on("error", (error) => {
      // Until then the caller gets the error.
      if (!isOpen) return;
      this.#log.warn("the connection broke", { error: error.message });
      drop();
    });
    try {
      await client.connect();
      const session = settings ? await inspectSession(client) : "direct";
      if (session === "pooled") throw new SettingsError([POOLED]);
      if (session === "limited") throw TIME_LIMIT;
      // A pooler shares its sessions.
      if (settings) await this.#replaceLostSession(client);
      isOpen = true;
      return client;
    } catch (error) {
      void client.end().catch(() => undefined);
      throw settings && isRefusalByPooler(error) ? new SettingsError([POOLED]) : error;
    }
  }

  async #replaceLostSession(client: pg.Client): Promise<void> {
    if (this.#lostSession) await endLostSession(client, this.#lostSession);
    this.#lostSession = undefined;
    const session = await identifySession(client);
    if (session) this.#sessions.set(client, session);
  }

  #drop(broken: Promise<pg.Client>): void {
    // The connection and every statement on it report a break; by the second report there may be a new connection.
    if (this.#client !== broken) return;
    this.#client = undefined;
    void broken.then((client) => client.end()).catch(() => undefined);
    this.onDisconnect?.();
  }
}

/**
 * The settings as node-postgres takes them; it would read the variable PGSSLNEGOTIATION, which is meant for the work. The authority's file
 * is read for every connection, since it changes when certificates are renewed.
 */
export function toClientConfig({ host, port, user, password, name, ...tls }: DatabaseSettings): pg.ClientConfig {
  return { host, port, user, password, database: name, ssl: toTls(tls), sslnegotiation: "postgres" };
}

function toTls({
  caFile,
  serverName,
  sslMode = caFile === undefined ? "disable" : "verify-full",
}: Pick<DatabaseSettings, "caFile" | "serverName" | "sslMode">): pg.ClientConfig["ssl"] {
  if (sslMode === "disable") return false;
  if (sslMode === "require") return { rejectUnauthorized: false };
  // Stated: NODE_TLS_REJECT_UNAUTHORIZED, which a handler or a command's image may need, would change Node's default.
  return {
    rejectUnauthorized: true,
    ...(caFile !== undefined && { ca: readFileSync(caFile, "utf8") }),
    ...(serverName !== undefined && { checkServerIdentity: (_, shown) => checkServerIdentity(serverName, shown) }),
  };
}
