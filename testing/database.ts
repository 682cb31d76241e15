import { after } from "node:test";
import pg from "pg";
import { Database } from "../worker/src/database.ts";
import { silentLog } from "../worker/src/log.ts";

/** The migrated, empty database that every test file gets a copy of. */
export const TEMPLATE_DATABASE = "template_batch";

/** A test file's own database. */
export interface TestDatabase {
  readonly name: string;
  /** A plain connection, for what a user of the tables would type. */
  readonly client: pg.Client;
  /** Rows of a query, as a user would see them. */
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /**
   * A worker's connection of its own: its session locks go when it is closed.
   *
   * @default user - the superuser
   */
  connect(user?: string): Database;
  /** The environment that leads a worker process here. */
  readonly env: NodeJS.ProcessEnv;
}

let copies = 0;

/** Makes a fresh copy of the template (or of `from`) for the calling test file, gone when the file ends. */
export async function createTestDatabase(from: string = TEMPLATE_DATABASE): Promise<TestDatabase> {
  const { PG_HOST: host, PG_PORT, PG_USERNAME: user } = process.env;
  if (!host || !user) throw new Error("tests must be run by `npm test` (it starts PostgreSQL)");
  const server = { host, port: Number(PG_PORT), user };
  const name = `test_${process.pid}_${++copies}`;
  const admin = new pg.Client({ ...server, database: "postgres" });
  await admin.connect();
  // Copies are made one at a time: a template must have no other visitor.
  await admin.query("select pg_advisory_lock(1)");
  await admin.query(`create database ${name} template ${from}`);
  await admin.query("select pg_advisory_unlock(1)");

  const client = new pg.Client({ ...server, database: name });
  await client.connect();
  const opened: Database[] = [];
  after(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await client.end();
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  });
  return {
    name,
    client,
    query: async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
      (await client.query<Row>(text, [...values])).rows,
    connect: (user = server.user) => {
      const database = new Database({ ...server, user, password: undefined, name, patienceSeconds: 5 }, silentLog);
      opened.push(database);
      return database;
    },
    env: { PG_HOST: host, PG_PORT, PG_USERNAME: user, PG_DATABASE: name },
  };
}
