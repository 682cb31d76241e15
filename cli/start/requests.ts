import type pg from "pg";
import type { EndStatus } from "../../worker/src/queue/attempt.ts";

/** A line of `clap`, as PostgreSQL prints it. */
export interface ClapRow {
  readonly id: string;
  readonly status: "RUNNING" | EndStatus;
  readonly session_id: number;
  readonly creation_date: string;
  readonly creation_time: string;
  readonly end_time: string | null;
  readonly attempt: number;
}

/** How far a run's requests have come. */
export interface Progress {
  readonly waiting: number;
  readonly running: number;
  readonly held: number;
  readonly success: number;
  readonly dead: number;
}

/** Asks for claps the way everybody does: one insert, any number of rows. */
export async function insertRequests(client: pg.Client, count: number, seconds: number, failures: number) {
  await client.query(
    "insert into make_it_clap (duration_seconds, failures) select $2, $3 from generate_series(1, $1::integer)",
    [count, seconds, failures],
  );
}

/** The requests a run has to finish, each with the failures it asks for. */
export async function unfinishedRequests(client: pg.Client): Promise<Map<string, number>> {
  const { rows } = await client.query<{ id: string; failures: number }>(
    "select id, make_it_clap.failures from make_it_clap join batch.queue on kind = 'clap' and request_id = id order by id",
  );
  return new Map(rows.map(({ id, failures }) => [id, failures]));
}

/** Counts a run's requests by what becomes of them. */
export async function readProgress(client: pg.Client, ids: readonly string[]): Promise<Progress> {
  const { rows } = await client.query<Progress>(
    `select count(*) filter (where job_name is null)::integer as waiting,
            count(*) filter (where session_id is not null)::integer as running,
            count(*) filter (where job_name is not null and session_id is null)::integer as held,
            (select count(*) from batch.history
             where kind = 'clap' and request_id = any ($1) and status = 'SUCCESS')::integer as success,
            (select count(*) from batch.history
             where kind = 'clap' and request_id = any ($1) and status = 'DEAD')::integer as dead
     from batch.queue
     where kind = 'clap'`,
    [ids],
  );
  return rows[0] as Progress;
}

/** The seed's view of a run's requests. */
export async function readClaps(client: pg.Client, ids: readonly string[]): Promise<ClapRow[]> {
  const { rows } = await client.query<ClapRow>(
    `select id, status, session_id, creation_date::text, creation_time::text, end_time::text, attempt
     from clap where id = any ($1) order by id`,
    [ids],
  );
  return rows;
}

/** Every attempt's Job, for a run's requests. */
export async function readAttemptJobs(client: pg.Client, ids: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ job_name: string }>("select job_name from clap_attempt where id = any ($1)", [
    ids,
  ]);
  return rows.map((row) => row.job_name);
}
