import type pg from "pg";
import { atMost } from "../support/limit.ts";
import { median, time } from "../support/samples.ts";
import type { Bench } from "./bench.ts";
import type { BenchContext } from "./context.ts";
import { formatInteger, ms, printTable } from "./table.ts";
import { takeTurns } from "./turns.ts";

/** The tables to insert into: without a trigger, with an empty trigger, and a batch. */
const TABLES = ["plain", "empty_trigger", "batch"] as const;
type Table = (typeof TABLES)[number];

const BULK = 100_000;

/** The additional cost of an application's insert because its table is a batch. */
export const insert: Bench<"rows" | "connections" | "transactions"> = {
  target:
    "A one-row insert costs at most 3 times one into a plain table, and at most 1 % of serializable inserts fail because of others",
  options: {
    rows: {
      min: 10,
      max: 1_000_000,
      why: "medians over them are what counts",
      help: "one-row inserts",
      defaultValue: 2_000,
    },
    connections: {
      min: 2,
      max: 100,
      why: "more would wait for the machine",
      help: "concurrent connections",
      defaultValue: 8,
    },
    transactions: {
      min: 10,
      max: 100_000,
      why: "fewer show no conflicts",
      help: "serializable transactions of each connection",
      defaultValue: 500,
    },
  },

  async run({ rows, connections, transactions }, context) {
    const client = await context.connect();
    await createTables(client);
    const measureOneRow = () => measure((table) => insertRow(client, table), rows, rows / 10);
    const durable = await measureOneRow();
    // The disk's commit time hides the trigger: without it the trigger is the only difference.
    await client.query("set synchronous_commit = off");
    const bare = await measureOneRow();
    const bulk = await measure((table) => insertMany(client, table), 3, 0);
    const failed = await measureSerializable(context, connections, transactions);
    await client.end();

    printTable(
      ["insert", "one row", "without waiting for the disk", `${formatInteger(BULK)} rows`, "serializable, failed"],
      TABLES.map((table) => [
        table,
        ms(durable[table]),
        ms(bare[table]),
        ms(bulk[table]),
        `${failed[table].toFixed(1)} %`,
      ]),
    );
    const overPlain = ({ batch, plain }: Record<Table, number>) => batch / plain;
    return [
      atMost(3, "one row, batch over plain, p50", overPlain(durable)),
      atMost(3, "one row without waiting for the disk, batch over plain, p50", overPlain(bare)),
      atMost(1, "serializable inserts that failed, more than into a plain table", failed.batch - failed.plain, " %"),
    ];
  },
};

async function createTables(client: pg.Client): Promise<void> {
  for (const table of TABLES) {
    await client.query(
      `create table insert_${table} (id bigint generated always as identity primary key, duration_seconds double precision not null)`,
    );
  }
  await client.query(`
    create function insert_nothing() returns trigger language plpgsql as $$begin return null; end$$;
    create trigger nothing after insert on insert_empty_trigger
      referencing new table as inserted for each statement execute function insert_nothing();
    select batch.attach('insert_batch', 'insert_bench')`);
}

function insertRow(client: pg.Client, table: Table): Promise<unknown> {
  return client.query({ name: table, text: `insert into insert_${table} (duration_seconds) values ($1)`, values: [1] });
}

function insertMany(client: pg.Client, table: Table): Promise<unknown> {
  return client.query(`insert into insert_${table} (duration_seconds) select 1 from generate_series(1, ${BULK})`);
}

/** The median time of an insert into each table, in milliseconds. */
async function measure(insertInto: (table: Table) => Promise<unknown>, rounds: number, warmUps: number) {
  const turns = mapTables((table) => () => time(() => insertInto(table)));
  const taken = await takeTurns(turns, rounds, warmUps);
  return mapTables((table) => median(taken.map((round) => round[table])));
}

/** The percentage of independent serializable transactions, each inserting one row, that fail. */
async function measureSerializable(context: BenchContext, connections: number, transactions: number) {
  const clients = await Promise.all(Array.from({ length: connections }, () => context.connect()));
  const failed: Record<Table, number> = { plain: 0, empty_trigger: 0, batch: 0 };
  for (const table of TABLES) {
    await Promise.all(
      clients.map(async (client) => {
        for (let transaction = 0; transaction < transactions; transaction++) {
          if (!(await insertSerializable(client, table))) failed[table]++;
        }
      }),
    );
  }
  await Promise.all(clients.map((client) => client.end()));
  return mapTables((table) => (100 * failed[table]) / (connections * transactions));
}

async function insertSerializable(client: pg.Client, table: Table): Promise<boolean> {
  try {
    await client.query("begin isolation level serializable");
    await insertRow(client, table);
    await client.query("commit");
    return true;
  } catch (error) {
    await client.query("rollback");
    if ((error as { code?: string }).code !== "40001") throw error;
    return false;
  }
}

function mapTables<Value>(value: (table: Table) => Value): Record<Table, Value> {
  return { plain: value("plain"), empty_trigger: value("empty_trigger"), batch: value("batch") };
}
