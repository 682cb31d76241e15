import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { createClient, DatabaseError } from "../../worker/src/createClient.ts";
import { LockWaitError, NoAnswerError } from "../../worker/src/errors.ts";
import { limitWaits, type WaitLimits } from "../../worker/src/limitWaits.ts";
import type { Log } from "../../worker/src/log.ts";
import { MIGRATION_SETTINGS, toOptions } from "../../worker/src/sessionOptions.ts";
import { describeError } from "../describeError.ts";

/** Runs SQL, as a connection of node-postgres does. */
export interface Queryable {
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<{ readonly rows: Row[] }>;
}

/**
 * SQLSTATEs that mean "not now": a broken connection, an idle timeout (25P03, 57P05), a deadlock or serialization
 * failure, a canceled statement, a server that restarts or has no free connection.
 */
const TRANSIENT = /^(08...|25P03|40001|40P01|53300|57014|57P0[1-5])$/;

/** The time limit of statements that may be repeated, after which the connection counts as broken. */
const ANSWER_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
const CLOSE_TIMEOUT_MS = 1_000;

/** A transaction interrupted this often fails because of what it does: a full disk may end the server each time. */
const MAX_TRIES = 3;

interface Rows<Row> {
  readonly rows: Row[];
}

/** How far a transaction came before it failed. */
interface Transaction<Row> {
  id?: string | undefined;
  result?: Rows<Row>;
}

/** A connection that is reopened whenever it breaks. */
export class ReconnectingClient implements Queryable {
  readonly #config: pg.ClientConfig;
  readonly #timeoutSeconds: number;
  readonly #log: Log;
  #client: Promise<pg.Client> | undefined;

  /** @param timeoutSeconds - how long to wait for an unreachable server */
  constructor(config: pg.ClientConfig, timeoutSeconds: number, log: Log) {
    this.#config = config;
    this.#timeoutSeconds = timeoutSeconds;
    this.#log = log;
  }

  /**
   * Runs a statement that may be repeated: it is sent again after a break.
   *
   * @throws Error when the server stays unreachable, or PostgreSQL's error.
   */
  async query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<{ readonly rows: Row[] }> {
    // query_timeout is also an option of a statement; @types/pg has it only for connections.
    const statement: pg.QueryConfig & { readonly query_timeout: number } = {
      text,
      values,
      query_timeout: ANSWER_TIMEOUT_MS,
    };
    return await this.#withClient((client) => client.query<Row>(statement));
  }

  /**
   * Runs a statement exactly once, in a transaction: after a break the server reports whether it was committed. It may take any time, but
   * waits for locks and answers only as long as a migration.
   *
   * @throws Error as `query` does, when the connection breaks each time, and as `limitWaits` does.
   */
  async queryOnce<Row extends pg.QueryResultRow>(
    text: string,
    values: unknown[] = [],
    limits?: Partial<WaitLimits>,
  ): Promise<Rows<Row>> {
    for (let tries = 1; ; tries++) {
      const client = await this.#withClient(async (connected) => connected);
      const transaction: Transaction<Row> = {};
      const work = () => runTransaction(client, transaction, text, values);
      try {
        return await limitWaits(this.#config, client, this.#log, work, limits);
      } catch (error) {
        // This also rolls it back.
        this.#drop();
        if (!isBreak(error)) throw error;
        const { id, result } = transaction;
        if (result !== undefined && id !== undefined && (await this.#isCommitted(id))) return result;
        if (tries >= MAX_TRIES || error instanceof NoAnswerError) throw error;
      }
    }
  }

  /** Closes the connection; never throws. */
  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    this.#client = undefined;
    await Promise.race([client?.end().catch(() => undefined), sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
  }

  async #withClient<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
    let giveUpAt: number | undefined;
    for (let pause = 50; ; pause = Math.min(2 * pause, 1_000)) {
      let client: pg.Client | undefined;
      try {
        this.#client ??= this.#connect();
        client = await this.#client;
        return await work(client);
      } catch (error) {
        // The run has connected before, so a refusal now is maintenance: workers wait for its end as well.
        if (client !== undefined && !isBreak(error)) throw error;
        this.#drop();
        giveUpAt ??= performance.now() + 1_000 * this.#timeoutSeconds;
        if (performance.now() + pause > giveUpAt) {
          throw new Error(`the database did not answer for ${this.#timeoutSeconds} s: ${describeError(error)}`);
        }
        await sleep(pause);
      }
    }
  }

  async #connect(): Promise<pg.Client> {
    const client = createClient({
      ...this.#config,
      application_name: "npm start",
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      // Without the server's own time limits, as the run's other connections.
      options: toOptions(MIGRATION_SETTINGS),
    });
    let isOpen = false;
    client.on("error", (error) => {
      // Until then the caller gets the error.
      if (!isOpen) return;
      this.#log.warn("the connection broke; reconnecting", { error: error.message });
      this.#drop();
    });
    try {
      await client.connect();
      isOpen = true;
      return client;
    } catch (error) {
      // A server that waits for a password keeps the connection.
      void client.end().catch(() => undefined);
      throw error;
    }
  }

  #drop(): void {
    const broken = this.#client;
    this.#client = undefined;
    void broken?.then((client) => client.end()).catch(() => undefined);
  }

  /** The server may still be ending the session of a connection that broke. */
  async #isCommitted(transaction: string): Promise<boolean> {
    for (;;) {
      const { rows } = await this.query<{ status: string | null }>("select pg_xact_status($1::xid8) as status", [
        transaction,
      ]);
      if (rows[0]?.status !== "in progress") return rows[0]?.status === "committed";
      await sleep(50);
    }
  }
}

async function runTransaction<Row extends pg.QueryResultRow>(
  client: pg.Client,
  transaction: Transaction<Row>,
  text: string,
  values: unknown[],
): Promise<Rows<Row>> {
  await client.query("begin isolation level read committed read write");
  const { rows } = await client.query<{ id: string }>("select pg_current_xact_id()::text as id");
  transaction.id = rows[0]?.id;
  const result = await client.query<Row>(text, values);
  transaction.result = result;
  await client.query("commit");
  return result;
}

/** Any error that PostgreSQL did not send is the connection's, except that another session holds a lock. */
function isBreak(error: unknown): boolean {
  if (error instanceof LockWaitError) return false;
  return !(error instanceof DatabaseError) || TRANSIENT.test(error.code ?? "");
}
