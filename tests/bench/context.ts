import { once } from "node:events";
import { constants } from "node:os";
import pg from "pg";
import { cleanEnvironment } from "../../cli/cleanEnvironment.ts";
import { CommandError } from "../../cli/commandError.ts";
import { STOP_SIGNALS } from "../../cli/stopSignals.ts";
import { removeLeftovers } from "../../simulator/leftovers.ts";
import { type Server, type ServerArgs, startServer } from "../../simulator/server.ts";
import { Database } from "../../worker/src/database.ts";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";

/** The context of a bench: a migrated database on a separate server, as durable as a real one. */
export interface BenchContext {
  /** How a plain client connects. */
  readonly clientConfig: pg.ClientConfig;
  /** A plain connection. */
  connect(): Promise<pg.Client>;
  /** A worker's connection. */
  openDatabase(): Database;
  /** The environment by which a worker process finds the database. */
  readonly env: Readonly<Record<string, string>>;
  /** Aborts when the bench is asked to stop. */
  readonly signal: AbortSignal;
}

const DATABASE = "postgres";

/** Starts the server, does the work, and stops the server, whether the work ends, throws, or is stopped by a signal. */
export async function withContext<T>(
  work: (context: BenchContext) => Promise<T>,
  args: Pick<ServerArgs, "listen"> = {},
): Promise<T> {
  const { signal, stopped } = listenForStop();
  cleanEnvironment(process.env);
  for (const line of await removeLeftovers()) console.error(line);
  const server = await startServer({ durable: true, signal, ...args }).catch((error) => {
    throw signal.aborted ? signal.reason : error;
  });
  try {
    const context = await createContext(server, signal);
    return await Promise.race([work(context), stopped]);
  } finally {
    await server.stop();
  }
}

/** Migrates the database of a server that is running. */
export async function createContext(server: Server, signal: AbortSignal): Promise<BenchContext> {
  const { host, port, user } = server;
  const clientConfig = { host, port, user, database: DATABASE };

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client(clientConfig);
    // When the bench is stopped, the server stops with connections open: their errors must not end the process first.
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }

  const client = await connect();
  await migrate(client, noopLog);
  await client.end();
  return {
    clientConfig,
    connect,
    openDatabase: () =>
      new Database({ host, port, user, password: undefined, name: DATABASE, databaseTimeoutSeconds: 0 }, noopLog),
    env: { PG_HOST: host, PG_PORT: String(port), PG_USERNAME: user, PG_DATABASE: DATABASE },
    signal,
  };
}

/** From now on a signal no longer ends the process: `stopped` rejects instead. */
function listenForStop(): { readonly signal: AbortSignal; readonly stopped: Promise<never> } {
  const controller = new AbortController();
  for (const by of STOP_SIGNALS) {
    // 128 plus the signal's number, as a shell reports a program that a signal ended.
    process.on(by, () => controller.abort(new CommandError(`stopped by ${by}`, 128 + constants.signals[by])));
  }
  const { signal } = controller;
  const stopped = once(signal, "abort").then(() => {
    throw signal.reason;
  });
  // Only the race awaits it, and may not have begun.
  stopped.catch(() => undefined);
  return { signal, stopped };
}
