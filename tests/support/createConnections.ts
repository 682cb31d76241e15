import { after } from "node:test";
import pg from "pg";
import { Database } from "../../worker/src/database.ts";
import { noopLog } from "../../worker/src/log.ts";

interface Server {
  readonly host: string;
  readonly port: number;
  /** The superuser. */
  readonly user: string;
}

/** Connections to a test's own servers, whose users need no password; they are closed when the test or file ends. */
export function createConnections(test: { after(end: () => Promise<unknown>): void } = { after }) {
  const opened: { end(): Promise<void> }[] = [];
  test.after(() => Promise.all(opened.map((each) => each.end().catch(() => undefined))));
  return {
    /** A plain connection, for a user's statements. */
    async open({ host, port, user }: Server, database: string, login = user): Promise<pg.Client> {
      const client = new pg.Client({ host, port, user: login, database });
      // The server may be stopped, and the database dropped.
      client.on("error", () => undefined);
      await client.connect();
      opened.push(client);
      return client;
    },
    /** A worker's connection. */
    connect({ host, port, user }: Server, name: string, login = user, databaseTimeoutSeconds = 5): Database {
      const settings = { host, port, user: login, password: undefined, name, databaseTimeoutSeconds };
      const database = new Database(settings, noopLog);
      opened.push({ end: () => database.close() });
      return database;
    },
  };
}
