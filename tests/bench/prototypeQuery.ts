import type pg from "pg";
import { time } from "../support/samples.ts";
import { type Backlog, vacuumAndCheckpoint, withProgress } from "./fill.ts";

/** The scaling query of the original prototype, word for word. */
const PROTOTYPE_QUERY =
  "SELECT COUNT(1) FROM make_it_clap LEFT JOIN clap ON make_it_clap.id = clap.id WHERE clap.status IS NULL";

/** The prototype's two tables, in a separate schema, so that its query runs unchanged. */
const PROTOTYPE_TABLES = `
  create schema prototype;
  create table prototype.make_it_clap (
    id               serial primary key,
    duration_seconds integer
  );
  create table prototype.clap (
    id            integer primary key,
    status        text,
    session_id    integer,
    creation_date date,
    creation_time time,
    end_time      time
  )`;

/** Fills the prototype's tables with the same requests, finished and waiting. */
export async function fillPrototype(client: pg.Client, { finished, waiting }: Backlog): Promise<void> {
  await withProgress("the prototype's tables with as many", async () => {
    await client.query(PROTOTYPE_TABLES);
    await client.query(
      "insert into prototype.make_it_clap (duration_seconds) select 40 from generate_series(1, $1::integer)",
      [finished + waiting],
    );
    await client.query(
      `insert into prototype.clap
       select n, 'SUCCESS', n, current_date, localtime, localtime + interval '40 seconds' from generate_series(1, $1::integer) n`,
      [finished],
    );
    await vacuumAndCheckpoint(client, ["prototype.make_it_clap", "prototype.clap"]);
  });
}

/** The prototype's plan and then, with warm caches, the milliseconds of one plain run. */
export async function measurePrototype(client: pg.Client): Promise<{ readonly plan: string; readonly took: number }> {
  await client.query("set search_path = prototype");
  const { rows } = await client.query<{ "QUERY PLAN": string }>(
    `explain (analyze, costs off, timing off, buffers off) ${PROTOTYPE_QUERY}`,
  );
  const took = await time(() => client.query(PROTOTYPE_QUERY));
  await client.query("reset search_path");
  return { plan: rows.map((row) => row["QUERY PLAN"]).join("\n"), took };
}
