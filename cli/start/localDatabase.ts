import type pg from "pg";
import { type Server, startServer } from "../../simulator/server.ts";
import { checkDatabase } from "../../worker/src/checkDatabase.ts";
import { closeClient } from "../../worker/src/clientConnection.ts";
import { connectDirectly } from "../../worker/src/connectDirectly.ts";
import { Database, toClientConfig } from "../../worker/src/database.ts";
import { limitWaits } from "../../worker/src/limitWaits.ts";
import type { Log } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { raceAbort } from "../../worker/src/raceAbort.ts";
import { DEFAULTS } from "../../worker/src/settings.ts";
import { describeError } from "../describeError.ts";
import { shellQuote } from "../shellQuote.ts";
import { type DatabaseAddress, parseDatabaseUrl } from "./databaseUrl.ts";
import { ReconnectingClient } from "./reconnectingClient.ts";

/** The database of a local run: on a private server, or the one of DATABASE_URL. */
export interface LocalDatabase {
  /** The connection that polls. */
  readonly database: Database;
  /** The connection that inserts and watches. */
  readonly client: ReconnectingClient;
  /** The environment by which a worker finds it. */
  readonly env: Readonly<Record<string, string>>;
  /** The command that opens it in psql, ready to paste. */
  readonly psql: string;
  /** Whether it is on the run's own server: no other run uses it. */
  readonly exclusive: boolean;
  /** Where the run's messages go. */
  readonly log: Log;
  /** Resolves with the reason when the run's own server ends unexpectedly. */
  readonly failed: Promise<Error>;
  /** Never throws. */
  close(): Promise<void>;
}

/** Which database to open, and for how many Jobs. */
export interface OpenDatabaseArgs {
  /** DATABASE_URL. @default - a private server */
  readonly url?: string | undefined;
  /** PGPASSWORD: used for a URL that has no password. @default - none */
  readonly password?: string | undefined;
  /** The folder in which the private server keeps its database. @default - a temporary one */
  readonly keep?: string | undefined;
  /** How many Jobs there may be at once: each has a connection. @default - no Jobs, so the database is not checked for them */
  readonly maxReplicaCount?: number;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Connections of a run besides its workers': its poll, its display, and the one that runs the SQL file. */
const OWN_CONNECTIONS = 3;

/**
 * Opens the database, starting a server unless `url` names one, and migrates it.
 *
 * @throws UsageError for a wrong URL; Error when no server answers, it refuses, or `signal` aborts. Everything that was started has been
 *   stopped by then.
 */
export async function openDatabase({
  url,
  password,
  keep,
  maxReplicaCount,
  log,
  signal,
}: OpenDatabaseArgs): Promise<LocalDatabase> {
  let server: Server | undefined;
  let address: DatabaseAddress;
  if (url === undefined) {
    server = await startServer({ durable: true, signal, ...(keep === undefined ? {} : { folder: keep }) });
    address = toAddress(server);
  } else {
    address = parseDatabaseUrl(url, password);
  }
  const { caFile, ...known } = address;
  const { databaseTimeoutSeconds } = DEFAULTS;
  const settings = { ...known, ...(caFile !== undefined && { caFile }), databaseTimeoutSeconds };
  const database = new Database(settings, log);
  const client = new ReconnectingClient(toClientConfig(settings), databaseTimeoutSeconds, log);
  async function close(): Promise<void> {
    await Promise.all([database.close(), client.close()]).catch(() => undefined);
    await server?.stop();
  }
  try {
    const where = url === undefined ? "the run's own server" : "DATABASE_URL";
    await prepare(toClientConfig(settings), { where, maxReplicaCount, log, signal });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    database,
    client,
    env: toWorkerEnv(address),
    psql: getPsqlCommand(address),
    exclusive: server !== undefined,
    log,
    failed: server?.failed ?? new Promise(() => undefined),
    close,
  };
}

function toAddress({ host, port, user }: Server): DatabaseAddress {
  return { host, port, user, name: DEFAULTS.databaseName, password: undefined, caFile: undefined, sslMode: "disable" };
}

function toWorkerEnv({ host, port, user, password, name, caFile, sslMode }: DatabaseAddress): Record<string, string> {
  return {
    ...{ PG_HOST: host, PG_PORT: String(port), PG_USERNAME: user, PG_DATABASE: name, PG_SSLMODE: sslMode },
    ...(password !== undefined && { PGPASSWORD: password }),
    ...(caFile !== undefined && { PG_CA_FILE: caFile }),
  };
}

interface PrepareArgs extends Pick<OpenDatabaseArgs, "log" | "signal"> {
  readonly where: string;
  readonly maxReplicaCount: number | undefined;
}

/** Connects once, checks the database if there will be Jobs, and migrates it. */
async function prepare(config: pg.ClientConfig, { where, maxReplicaCount, log, signal }: PrepareArgs): Promise<void> {
  let client: pg.Client | undefined;
  let what = `cannot connect to the server of ${where}`;
  try {
    client = await raceAbort(connectDirectly(config), signal);
    what = `cannot prepare the database of ${where}`;
    const opened = client;
    const prepared = limitWaits(config, opened, log, async () => {
      if (maxReplicaCount !== undefined) {
        await checkDatabase(opened, { connections: maxReplicaCount + OWN_CONNECTIONS, oneRole: true });
      }
      await migrate(opened, log);
    });
    await raceAbort(prepared, signal);
  } catch (error) {
    signal.throwIfAborted();
    // A message of this program's own names the cause, and what to do.
    const message = (error as Error).message || describeError(error);
    const isLimit = /^(the connection limit|max_connections) /m.test(message);
    const advice = isLimit ? `\n--max-replica-count N needs N + ${OWN_CONNECTIONS} connections` : "";
    throw new Error(`${what}: ${message}${advice}`, { cause: error });
  } finally {
    if (client) await raceAbort(closeClient(client), signal).catch(() => undefined);
  }
}

function getPsqlCommand({ host, port, user, name, caFile, sslMode }: DatabaseAddress): string {
  const tls = sslMode === "disable" ? [] : [`PGSSLMODE=${sslMode}`];
  const root = sslMode === "verify-full" ? [`PGSSLROOTCERT=${shellQuote(caFile ?? "system")}`] : [];
  const flags = [`--host=${host}`, `--port=${port}`, `--username=${user}`, name];
  return [...tls, ...root, "psql", ...flags.map(shellQuote)].join(" ");
}
