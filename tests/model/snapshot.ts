import { COUNTERS, LIMIT_NAMES } from "../../worker/src/retryLimits.ts";
import type { TestDatabase } from "../support/database.ts";
import type { Queue } from "./queue.ts";
import { ROW_TIMES, toColumn } from "./row.ts";

/** Times are compared in steps far longer than a run, during which PostgreSQL's clock does not stop. */
export const STEP_SECONDS = 5;

const inSteps = (interval: string) => `round(extract(epoch from ${interval}) / ${STEP_SECONDS})::integer`;
const fromNow = (column: string) => inSteps(`${column} - now()`);

const QUERY = {
  name: "snapshot",
  text: `
    select
      (select coalesce(json_agg(json_build_array(
         request_id, attempt, ${COUNTERS}, session_id, job_name, canceled is not null,
         pod_name, ${LIMIT_NAMES.map(toColumn)}, job_finished, backoff_seconds,
         ${ROW_TIMES.map(toColumn).map(fromNow)})
         order by request_id), '[]')
       from batch.queue) as queue,
      (select coalesce(json_agg(json_build_array(job_name, failures, finished) order by job_name), '[]') from batch.job) as jobs,
      (select json_build_array(
         ${fromNow("polled_at")}, ${inSteps("poll_gap")}, polled_working, polled_suspects, polled_claims, expected_claims,
         array(select ${fromNow("e")} from unnest(expected_since) e), absent_jobs, absent_peak, running_limit, ${fromNow("limited_until")},
         coalesce(pg_sequence_last_value('batch.arrivals_clap'), 0))
       from batch.scaling) as scaling,
      (select coalesce(json_agg(json_build_array(
         request_id, attempt, session_id, status, reason, job_name) order by request_id, attempt), '[]')
       from batch.history) as history`,
};

/** Everything stored in PostgreSQL, row by row. */
export async function sqlSnapshot({ client }: TestDatabase): Promise<unknown> {
  return (await client.query(QUERY)).rows[0];
}

/** The same for the model's queue. */
export function modelSnapshot({ rows, jobs, scaling, history, now }: Queue): unknown {
  const orNull = (values: readonly unknown[]) => values.map((value) => value ?? null);
  const steps = (milliseconds: number) => Math.round(milliseconds / 1_000 / STEP_SECONDS) + 0;
  const fromNow = (at: number | undefined) => (at === undefined ? undefined : steps(at - now));
  const expected = scaling.expected.toSorted((a, b) => a.claims - b.claims);
  return {
    queue: [...rows.values()]
      .sort((a, b) => a.request - b.request)
      .map(({ claimedWith, ...row }) =>
        orNull([
          ...[row.request, row.attempt, ...COUNTERS.map((counter) => row[counter])],
          ...[row.session, row.job, row.canceled, claimedWith?.podName],
          ...LIMIT_NAMES.map((name) => claimedWith?.[name]),
          ...[claimedWith?.jobFinished, claimedWith?.backoffSeconds, ...ROW_TIMES.map((time) => fromNow(row[time]))],
        ]),
      ),
    jobs: [...jobs]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { failures, finished }]) => [name, failures, finished]),
    scaling: orNull([
      ...[fromNow(scaling.polledAt), scaling.pollGap === undefined ? undefined : steps(scaling.pollGap)],
      ...[scaling.polledWorking, scaling.polledSuspects, scaling.polledClaims],
      ...[expected.map(({ claims }) => claims), expected.map(({ since }) => fromNow(since))],
      ...[scaling.absentJobs, scaling.absentPeak, scaling.runningLimit, fromNow(scaling.limitedUntil), scaling.claims],
    ]),
    history: history
      .toSorted((a, b) => a.request - b.request || a.attempt - b.attempt)
      .map(({ request, attempt, session, status, reason, job }) =>
        orNull([request, attempt, session, status, reason, job]),
      ),
  };
}
