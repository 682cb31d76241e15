import type { EndStatus } from "../../worker/src/queue/attempt.ts";
import type { Queryable } from "./reconnectingClient.ts";

/** A row of `clap`, as PostgreSQL prints it; times without fractions of seconds. */
export interface ClapRow {
  readonly id: string;
  readonly status: "RUNNING" | EndStatus;
  readonly session_id: number;
  readonly creation_date: string;
  readonly creation_time: string;
  readonly end_time: string | null;
  readonly iteration: number;
}

/** A row of `batch.request`; times without fractions of seconds. */
export interface RequestRow {
  readonly request_id: string;
  readonly status: "RUNNING" | EndStatus;
  readonly attempt: number;
  readonly started: string;
  readonly ended: string | null;
  /** Its result, as JSON. */
  readonly result: string | null;
  /** The error of its last attempt. */
  readonly error: string | null;
}

/** A run's requests. */
export interface RunRequests {
  readonly kind: string;
  /** Their keys; null: all of the kind. A list of a million keys is not sent with every update. */
  readonly ids: readonly string[] | null;
  /** Of those that have ended, only those that ended since this time. */
  readonly since: string;
}

/** How many of a run's requests are in each state. */
export interface Progress {
  readonly waiting: number;
  readonly running: number;
  /** Failed, and reserved for their Job's next pod. */
  readonly reserved: number;
  readonly success: number;
  readonly dead: number;
}

/** Inserts requests as a user would, in one statement; resolves with their ids. */
export async function insertRequests(
  client: Queryable,
  count: number,
  seconds: number,
  failures: number,
): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `insert into public.make_it_clap (duration_seconds, failures)
     select $2, $3 from generate_series(1, $1::integer) returning id::text`,
    [count, seconds, failures],
  );
  return rows.map(({ id }) => id);
}

/** All unfinished requests of a kind in the database, including those of other runs. */
export async function readUnfinished(client: Queryable, kind: string): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    "select request_id::text as id from batch.queue where kind = $1 order by request_id",
    [kind],
  );
  return rows.map(({ id }) => id);
}

/** How many failures each request asks for; deleted rows are missing. */
export async function readFailures(client: Queryable, ids: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await client.query<{ id: string; failures: number }>(
    "select id::text, failures from public.make_it_clap where id = any ($1)",
    [ids],
  );
  return new Map(rows.map(({ id, failures }) => [id, failures]));
}

/** Counts a run's requests by their state. */
export async function readProgress(client: Queryable, { kind, ids, since }: RunRequests): Promise<Progress> {
  const { rows } = await client.query<Progress>(
    `select count(*) filter (where job_name is null)::integer as waiting,
            count(*) filter (where session_id is not null)::integer as running,
            count(*) filter (where job_name is not null and session_id is null)::integer as reserved,
            (select count(*) from batch.history
             where kind = $2 and ($1::bigint[] is null or request_id = any ($1)) and ended_at >= $3
               and status = 'SUCCESS')::integer as success,
            (select count(*) from batch.history
             where kind = $2 and ($1::bigint[] is null or request_id = any ($1)) and ended_at >= $3
               and status = 'DEAD')::integer as dead
     from batch.queue
     where kind = $2 and ($1::bigint[] is null or request_id = any ($1))`,
    [ids, kind, since],
  );
  return rows[0] as Progress;
}

/** The server's time, as PostgreSQL writes it. */
export async function readTime(client: Queryable): Promise<string> {
  const { rows } = await client.query<{ time: string }>("select clock_timestamp()::text as time");
  return rows[0]?.time ?? "-infinity";
}

/** The view `clap` of a run's requests. */
export async function readClaps(client: Queryable, ids: readonly string[]): Promise<ClapRow[]> {
  const { rows } = await client.query<ClapRow>(
    `select id::text, status, session_id, creation_date::text, to_char(creation_time, 'HH24:MI:SS') as creation_time,
            to_char(end_time, 'HH24:MI:SS') as end_time, iteration
     from public.clap where id = any ($1) order by public.clap.id`,
    [ids],
  );
  return rows;
}

/** The requests of a kind as in `batch.request`; those that were never started are missing. */
export async function readRequests(client: Queryable, kind: string, ids: readonly string[]): Promise<RequestRow[]> {
  const { rows } = await client.query<RequestRow>(
    `select request_id::text, r.status, attempt, to_char(r.created_at, 'HH24:MI:SS') as started,
            to_char(r.ended_at, 'HH24:MI:SS') as ended, r.result::text, a.error
     from batch.request r join batch.attempt a using (kind, request_id, attempt)
     where kind = $1 and request_id = any ($2) order by r.request_id`,
    [kind, ids],
  );
  return rows;
}

/** What a run with `--kill-every` did. */
export interface Kills {
  /** The pods that it killed. */
  readonly pods: readonly string[];
  /** Its Jobs. */
  readonly jobs: readonly string[];
  readonly crashLimit: number;
}

/**
 * Those of the requests that are DEAD because pods of theirs were killed, the last one by this run, or by an earlier one that was
 * interrupted (`--keep`).
 *
 * @param kills - undefined: none were to be killed
 */
export async function readKilled(
  client: Queryable,
  kind: string,
  ids: readonly string[],
  kills: Kills | undefined,
): Promise<Set<string>> {
  if (kills === undefined) return new Set();
  const { rows } = await client.query<{ id: string }>(
    `select request_id::text as id
     from (
       select distinct on (request_id) request_id, status, reason, job_name, pod_name,
              count(*) filter (where reason = 'crashed') over (partition by request_id) as crashes
       from batch.attempt where kind = $1 and request_id = any ($2) order by request_id, attempt desc
     ) last
     where status = 'DEAD' and reason = 'crashed' and crashes > $3 and (pod_name = any ($4) or job_name <> all ($5))`,
    [kind, ids, kills.crashLimit, kills.pods, kills.jobs],
  );
  return new Set(rows.map(({ id }) => id));
}

/** The number of a run's attempts. */
export async function countAttempts(client: Queryable, kind: string, ids: readonly string[]): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    "select count(*)::integer from batch.attempt where kind = $1 and request_id = any ($2)",
    [kind, ids],
  );
  return rows[0]?.count ?? 0;
}

/** Those of these Jobs that claimed a request of the kind, whether this run's or another's. */
export async function readBusyJobs(client: Queryable, kind: string, jobs: readonly string[]): Promise<Set<string>> {
  const { rows } = await client.query<{ job_name: string }>(
    "select distinct job_name from batch.attempt where kind = $1 and job_name = any ($2)",
    [kind, jobs],
  );
  return new Set(rows.map((row) => row.job_name));
}

/** The requests of a kind that these Jobs have claimed, whether they have ended or not. */
export async function readAttempted(client: Queryable, kind: string, jobs: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    "select distinct request_id::text as id from batch.attempt where kind = $1 and job_name = any ($2)",
    [kind, jobs],
  );
  return rows.map(({ id }) => id);
}

/** Those of these pods that work on a request of the kind. */
export async function readWorkingPods(client: Queryable, kind: string, pods: readonly string[]): Promise<Set<string>> {
  const { rows } = await client.query<{ pod_name: string }>(
    "select pod_name from batch.queue where kind = $1 and session_id is not null and pod_name = any ($2)",
    [kind, pods],
  );
  return new Set(rows.map((row) => row.pod_name));
}
