import type pg from "pg";

/** How many requests of kind clap the database will contain. */
interface Backlog {
  readonly finished: number;
  readonly waiting: number;
}

/** Fills an empty database as this many inserts and successes would, then cleans it up as autovacuum would. */
export async function fill(client: pg.Client, { finished, waiting }: Backlog): Promise<void> {
  const began = Date.now();
  console.error(
    `filling: ${finished.toLocaleString("en")} finished and ${waiting.toLocaleString("en")} waiting requests ...`,
  );
  await client.query("alter table make_it_clap disable trigger batch_clap");
  await client.query(
    "insert into make_it_clap (id, duration_seconds) overriding system value select n, 0 from generate_series(1, $1::bigint) n",
    [finished + waiting],
  );
  await client.query("alter table make_it_clap enable trigger batch_clap");
  await client.query("select setval(pg_get_serial_sequence('make_it_clap', 'id'), $1)", [finished + waiting]);
  await client.query(
    `insert into batch.history (
     kind, request_id, attempt, session_id, created_at, started_at, ended_at, status, job_name, pod_name
   )
   select 'clap', n, 1, n, at, at, at + interval '40 seconds', 'SUCCESS', job, job || '-x7k2p'
   from generate_series(1, $1::bigint) n,
        lateral (select now() - interval '1 year' + n * interval '1 second' as at, 'clap-' || to_hex(n) as job) attempt`,
    [finished],
  );
  await client.query(
    "insert into batch.queue (kind, request_id) select 'clap', n from generate_series($1::bigint + 1, $1 + $2) n",
    [finished, waiting],
  );
  await vacuumAndCheckpoint(client, ["make_it_clap", "batch.history", "batch.queue"]);
  console.error(`filled in ${Math.round((Date.now() - began) / 1_000)} s`);
}

/** Inserts requests, as users do, until this many are unfinished. */
export async function refill(client: pg.Client, waiting: number): Promise<void> {
  await client.query(
    `insert into make_it_clap (duration_seconds)
     select 0 from generate_series(1, $1 - (select count(*) from batch.queue where kind = 'clap'))`,
    [waiting],
  );
}

/** Vacuums, analyzes and writes to disk, so that no measurement includes costs of the filling. */
export async function vacuumAndCheckpoint(client: pg.Client, tables: readonly string[]): Promise<void> {
  for (const table of tables) await client.query(`vacuum (analyze) ${table}`);
  await client.query("checkpoint");
}
