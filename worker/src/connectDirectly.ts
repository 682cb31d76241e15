import { TIMEOUT } from "node:dns";
import type pg from "pg";
import { describeOldVersion } from "./checkDatabase.ts";
import { closeClient } from "./clientConnection.ts";
import { createClient } from "./createClient.ts";
import { DIRECT, inspectSession, isRefusalByPooler } from "./directSession.ts";
import { NoAnswerError, SettingsError } from "./errors.ts";
import { raceAbort } from "./raceAbort.ts";
import { MIGRATION_SETTINGS, toOptions } from "./sessionOptions.ts";

const PROBLEM =
  "the server must be reached directly (claims and settings belong to a session, which a pooler shares); got a pooler. " +
  "Name the server's own host and port; workers on a cluster can use the pooler as well (database.existing.pooler)";

/** How long a connection may take, and then its first statements: a proxy may accept it, and pass no more answers at any time. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Opens a connection for migrations.
 *
 * @throws SettingsError when a pooler is in between, or the server's version is too old; NoAnswerError when a name server or the server
 *   does not answer within 10 s; otherwise node-postgres' error. No connection stays open then.
 */
export async function connectDirectly(config: pg.ClientConfig): Promise<pg.Client> {
  const client = createClient({
    ...config,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    options: toOptions({ ...MIGRATION_SETTINGS, ...DIRECT }),
  });
  // The running statement then fails, and its error is reported.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await raceAbort(prepareSession(client), AbortSignal.timeout(CONNECT_TIMEOUT_MS));
    return client;
  } catch (error) {
    await closeClient(client);
    if (isRefusalByPooler(error)) throw new SettingsError([PROBLEM]);
    // undefined_object: a server before version 14 does not know idle_session_timeout.
    if ((error as { code?: string }).code === "42704") {
      throw new SettingsError([describeOldVersion(`one that answers: ${(error as Error).message}`)]);
    }
    if ((error as Error).message === "timeout expired" || (error as Error).name === "TimeoutError") {
      throw new NoAnswerError(
        `cannot connect to ${client.host}:${client.port}: no answer within ${CONNECT_TIMEOUT_MS / 1_000} s`,
      );
    }
    if ((error as { code?: string }).code === TIMEOUT) {
      throw new NoAnswerError(`cannot connect to ${client.host}:${client.port}: ${(error as Error).message}`);
    }
    throw error;
  }
}

async function prepareSession(client: pg.Client): Promise<void> {
  const session = await inspectSession(client);
  // A server older than 17 would refuse the connection for this option.
  await client.query("select set_config(name, '0', false) from pg_settings where name = 'transaction_timeout'");
  if (session === "pooled") throw new SettingsError([PROBLEM]);
  await checkConnectionWhileWaiting(client);
}

/**
 * Makes the server check the connection while a statement waits for a lock. Otherwise the statement of a killed migration would go on
 * waiting, and other sessions that need the table would wait behind it.
 */
async function checkConnectionWhileWaiting(client: pg.Client): Promise<void> {
  try {
    await client.query("set client_connection_check_interval = '2s'");
  } catch (error) {
    // invalid_parameter_value: the server's operating system does not support it.
    if ((error as { code?: string }).code !== "22023") throw error;
  }
}
