import type pg from "pg";
import { vacuumAndCheckpoint } from "./fill.ts";

const ROWS = 1_000_000;

const UPDATE = { name: "update", text: "update yardstick set counter = counter + 1 where id = $1" };

/** The yardstick's table: a million rows of nothing but a key and a counter. */
export async function fillYardstick(client: pg.Client): Promise<void> {
  await client.query("create table yardstick (id integer primary key, counter integer not null)");
  await client.query("insert into yardstick select n, 0 from generate_series(1, $1::integer) n", [ROWS]);
  await vacuumAndCheckpoint(client, ["yardstick"]);
}

/** The least that two durable writes can cost: two committed one-row updates by primary key. */
export async function updateTwice(client: pg.Client): Promise<void> {
  for (let write = 0; write < 2; write++) {
    await client.query({ ...UPDATE, values: [1 + Math.floor(Math.random() * ROWS)] });
  }
}
