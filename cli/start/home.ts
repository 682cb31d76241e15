import pg from "pg";
import { parse } from "pg-connection-string";
import { type Server, startServer } from "../../simulator/server.ts";
import { Database } from "../../worker/src/database.ts";
import type { Log } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { DEFAULTS } from "../../worker/src/settings.ts";

/** The database of a local run: a server of its own, or the one of DATABASE_URL. */
export interface Home {
  /** The connection of whoever watches and polls. */
  readonly database: Database;
  /** A plain connection, for what a person would type in psql. */
  readonly client: pg.Client;
  /** The environment that leads a worker there. */
  readonly env: NodeJS.ProcessEnv;
  /** How a person looks at the tables meanwhile. */
  readonly psql: string;
  close(): Promise<void>;
}

/** Opens the database, starting a server unless `url` names one, and brings it to the newest version. */
export async function openHome(args: { url?: string | undefined; keep?: string | undefined; log: Log }): Promise<Home> {
  const server: Server | undefined =
    args.url === undefined
      ? await startServer({ durable: true, ...(args.keep === undefined ? {} : { folder: args.keep }) })
      : undefined;
  const address = server ? { ...server, password: undefined, name: DEFAULTS.databaseName } : addressOf(args.url ?? "");
  const { host, port, user, password, name } = address;
  const client = new pg.Client({ host, port, user, password, database: name });
  const patienceSeconds = DEFAULTS.patienceSeconds;
  const database = new Database({ host, port, user, password, name, patienceSeconds }, args.log);

  async function close(): Promise<void> {
    await database.close();
    await client.end().catch(() => undefined);
    await server?.stop();
  }
  client.on("error", (error) => args.log.warn("the connection broke", { error: error.message }));
  try {
    await client.connect();
    await migrate(client, args.log);
  } catch (error) {
    await close();
    if (server) throw error;
    throw new Error(
      `DATABASE_URL must lead to a database where its user may create a schema; got ${(error as Error).message}`,
      { cause: error },
    );
  }
  return {
    database,
    client,
    env: {
      PG_HOST: host,
      PG_PORT: String(port),
      PG_USERNAME: user,
      PG_DATABASE: name,
      ...(password === undefined ? {} : { PGPASSWORD: password }),
    },
    psql: `psql --host=${host} --port=${port} --username=${user} ${name}`,
    close,
  };
}

/** What a worker is told of a server: TLS is none of it, so a URL that asks for some is refused. */
function addressOf(url: string) {
  if (!/^postgres(ql)?:\/\//.test(url))
    throw new Error("DATABASE_URL must be postgresql://user@host/database; got another scheme");
  const [, asked] = /[?&](sslmode=(?:require|verify-ca|verify-full)|ssl=[^&]*|sslrootcert=[^&]*)/.exec(url) ?? [];
  if (asked !== undefined) {
    throw new Error(
      `DATABASE_URL must ask for no TLS (npm start connects its pods without); got ${asked}. Use a server on this machine`,
    );
  }
  const { host, port, user, password, database } = parse(url);
  if (!host || !user) throw new Error("DATABASE_URL must be postgresql://user@host/database; got no host or no user");
  return {
    host,
    port: Number(port || DEFAULTS.port),
    user,
    password: password || undefined,
    name: database || DEFAULTS.databaseName,
  };
}
