import type pg from "pg";
import { type Backlog, told, vacuumAndCheckpoint } from "./fill.ts";
import { time } from "./samples.ts";

/** The scaling query of the project's seed, word for word. */
const SEED_QUERY =
  "SELECT COUNT(1) FROM make_it_clap LEFT JOIN clap ON make_it_clap.id = clap.id WHERE clap.status IS NULL";

/** The seed's two tables, in a schema of their own so that its query runs unchanged. */
const SEED_TABLES = `
  create schema seed;
  create table seed.make_it_clap (
    id               serial primary key,
    duration_seconds integer
  );
  create table seed.clap (
    id            integer primary key,
    status        text,
    session_id    integer,
    creation_date date,
    creation_time time,
    end_time      time
  )`;

/** Fills the seed's tables with the same requests, finished and waiting. */
export async function fillSeed(client: pg.Client, { finished, waiting }: Backlog): Promise<void> {
  await told("the seed's tables with as many", async () => {
    await client.query(SEED_TABLES);
    await client.query(
      "insert into seed.make_it_clap (duration_seconds) select 40 from generate_series(1, $1::integer)",
      [finished + waiting],
    );
    await client.query(
      `insert into seed.clap
       select n, 'SUCCESS', n, current_date, localtime, localtime + interval '40 seconds' from generate_series(1, $1::integer) n`,
      [finished],
    );
    await vacuumAndCheckpoint(client, ["seed.make_it_clap", "seed.clap"]);
  });
}

/** The seed's plan and, caches warm from making it, the milliseconds of one plain run. */
export async function measureSeed(client: pg.Client): Promise<{ readonly plan: string; readonly took: number }> {
  await client.query("set search_path = seed");
  const { rows } = await client.query<{ "QUERY PLAN": string }>(
    `explain (analyze, costs off, timing off, buffers off) ${SEED_QUERY}`,
  );
  const took = await time(() => client.query(SEED_QUERY));
  await client.query("reset search_path");
  return { plan: rows.map((row) => row["QUERY PLAN"]).join("\n"), took };
}
