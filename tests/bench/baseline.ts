import type pg from "pg";
import { vacuumAndCheckpoint } from "./fill.ts";

const ROWS = 1_000_000;

const UPDATE = { name: "update", text: "update baseline set counter = counter + 1 where id = $1" };
const SELECT = { name: "select", text: "select to_json(r.*)::text from make_it_clap r where id = $1" };

/** The baseline's table: a million rows with only a key and a counter. */
export async function fillBaseline(client: pg.Client): Promise<void> {
  await client.query("create table baseline (id integer primary key, counter integer not null)");
  await client.query("insert into baseline select n, 0 from generate_series(1, $1::integer) n", [ROWS]);
  await vacuumAndCheckpoint(client, ["baseline"]);
}

/**
 * The minimum cost of a request whose start and end are recorded: a committed one-row update, reading its row, and another
 * committed one-row update.
 */
export async function updateReadUpdate(client: pg.Client): Promise<void> {
  await client.query({ ...UPDATE, values: [1 + Math.floor(Math.random() * ROWS)] });
  await client.query({ ...SELECT, values: [1 + Math.floor(Math.random() * ROWS)] });
  await client.query({ ...UPDATE, values: [1 + Math.floor(Math.random() * ROWS)] });
}
