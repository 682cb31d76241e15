import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { DatabaseAwayError } from "./errors.ts";
import type { Log } from "./log.ts";
import { type StatementName, statement } from "./queue/statement.ts";
import type { DatabaseSettings } from "./settings.ts";

/**
 * SQLSTATE classes and codes, and Node's codes, that mean "not now" rather than "never". A refused password (28P01) is one:
 * while passwords are made anew, a pod has the new one for seconds before the server knows it. So are a full disk (53...), a
 * server that is a standby yet (25006), a deadlock and an aborted serialization (40...), and a statement that the server cut (57014).
 */
const OUTAGE =
  /^(08...|28P01|25006|40001|40P01|53...|57014|57P0[1-5]|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ENOENT)$/;

/**
 * A certificate that the authority's file does not vouch for (OpenSSL's verification errors, as Node names them): when it is
 * renewed, the server may have it a minute before the file in a pod does.
 */
const UNTRUSTED = /^(CERT_|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT_IN_CHAIN$)/;

/**
 * node-postgres reports a broken connection and its own time-outs without a code; and an answer that is not PostgreSQL's: while
 * a server is away, a proxy may speak in its place.
 */
const OUTAGE_MESSAGE =
  /^(Connection terminated|Client has encountered a connection error|timeout expired|Query read timeout|There was an error establishing an SSL connection)/;

/** A silent server is one that is away: every statement here takes milliseconds. */
const ANSWER_TIMEOUT_MS = 10_000;

/** What each connection asks of the server. */
const SESSION_OPTIONS = [
  // A lost node is noticed within 12 s, asked or silent, and the session's lock is dropped with the connection.
  "-c tcp_keepalives_idle=6 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c tcp_user_timeout=12000",
  // The server gives up before the worker does: a claim that waits for a lock must not be made after its worker has left.
  `-c statement_timeout=${ANSWER_TIMEOUT_MS - 1_000}`,
  // Every statement here is written for it, whatever the server's default.
  "-c default_transaction_isolation=read\\ committed",
].join(" ");

/** How long a connection's end is waited for: the server may be gone without a word. */
const FAREWELL_MS = 1_000;

/**
 * The worker's one connection, which comes back when it breaks.
 *
 * Statements are sent again after a break: each of them may be repeated by the same session without harm.
 */
export class Database {
  /** Called when the connection breaks, whoever notices, so that the owner of a session lock can take it back at once. */
  onBreak: (() => void) | undefined;

  readonly #settings: DatabaseSettings;
  readonly #log: Log;
  #client: Promise<pg.Client> | undefined;

  constructor(settings: DatabaseSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
  }

  /**
   * Runs a statement of `sql/statements/`, prepared under its name, riding out an absent database.
   *
   * @throws DatabaseAwayError when it stays away longer than `patienceSeconds`; whatever else PostgreSQL says is thrown.
   */
  async run<Row extends pg.QueryResultRow>(name: StatementName, values: readonly unknown[]): Promise<Row[]> {
    let patienceEnds: number | undefined;
    for (let pause = 50; ; pause = Math.min(2 * pause, 2_000)) {
      const connection = this.#connected();
      try {
        const client = await connection;
        return (await client.query<Row>({ ...this.#statement(name), values: [...values] })).rows;
      } catch (error) {
        if (!isOutage(error)) throw error;
        if (patienceEnds === undefined) {
          patienceEnds = Date.now() + 1_000 * this.#settings.patienceSeconds;
          this.#log.warn("the database is away", {
            error: error.message,
            patienceSeconds: this.#settings.patienceSeconds,
          });
        }
        this.#drop(connection);
        if (Date.now() + pause > patienceEnds) throw new DatabaseAwayError(this.#settings.patienceSeconds, error);
        await sleep(pause);
      }
    }
  }

  /** Closes the connection, and with it drops the session's lock. */
  async close(): Promise<void> {
    this.onBreak = undefined;
    const client = await this.#client?.catch(() => undefined);
    this.#client = undefined;
    await Promise.race([client?.end().catch(() => undefined), sleep(FAREWELL_MS, undefined, { ref: false })]);
  }

  /** A pooler's next connection may not know what this one has prepared. */
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
    const client = new pg.Client({
      ...connectionOf(this.#settings),
      application_name: "postgres-batch",
      // A pooler refuses them, and watches its own connections.
      ...(this.#settings.pooled ? {} : { options: SESSION_OPTIONS }),
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis: 5_000,
      query_timeout: ANSWER_TIMEOUT_MS,
    });
    client.on("error", (error) => {
      this.#log.warn("the connection broke", { error: error.message });
      drop();
    });
    await client.connect();
    return client;
  }

  #drop(broken: Promise<pg.Client>): void {
    // A break is noticed by the connection and by every statement on it; by the second time another connection may be there.
    if (this.#client !== broken) return;
    this.#client = undefined;
    void broken.then((client) => client.end()).catch(() => undefined);
    this.onBreak?.();
  }
}

/**
 * The settings as node-postgres takes them. With a `caFile` the server must prove by that authority that it is `host`;
 * the file is read at every connection, since it changes when the certificates are renewed.
 */
export function connectionOf({ host, port, user, password, name, caFile }: DatabaseSettings): pg.ClientConfig {
  const tls = caFile === undefined ? {} : { ssl: { ca: readFileSync(caFile, "utf8") } };
  return { host, port, user, password, database: name, ...tls };
}

function isOutage(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.every(isOutage);
  const code = "code" in error ? String(error.code) : "";
  return OUTAGE.test(code) || UNTRUSTED.test(code) || OUTAGE_MESSAGE.test(error.message);
}
