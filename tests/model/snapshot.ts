import { COUNTERS, LIMIT_NAMES } from "../../worker/src/retryLimits.ts";
import type { TestDatabase } from "../support/database.ts";
import type { Queue } from "./queue.ts";

/** Times are compared in steps far longer than a run, during which PostgreSQL's clock does not stop. */
export const STEP_SECONDS = 5;

const inSteps = (interval: string) => `round(extract(epoch from ${interval}) / ${STEP_SECONDS})::integer`;
const fromNow = (column: string) => inSteps(`${column} - now()`);

const toColumn = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const QUERY = {
  name: "snapshot",
  text: `
    select
      (select coalesce(json_agg(json_build_array(
         request_id, attempt, ${COUNTERS}, session_id, job_name, canceled is not null,
         pod_name, ${LIMIT_NAMES.map(toColumn)}, job_finished, backoff_seconds,
         ${["suspected_at", "reserved_until", "lease_until", "deadline_at", "stopping_until", "available_at"].map(fromNow)})
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
  const ended = history.map(({ request, attempt, session, status, reason, job }) =>
    orNull([request, attempt, session, status, reason, job]),
  );
  return {
    queue: [...rows.values()]
      .sort((a, b) => a.request - b.request)
      .map(({ claimedWith, ...row }) => [
        ...orNull([row.request, row.attempt, ...COUNTERS.map((counter) => row[counter])]),
        ...orNull([row.session, row.job, row.canceled, claimedWith?.podName]),
        ...orNull(LIMIT_NAMES.map((name) => claimedWith?.[name])),
        ...orNull([claimedWith?.jobFinished, claimedWith?.backoffSeconds, fromNow(row.suspectedAt)]),
        ...orNull([row.reservedUntil, row.leaseUntil, row.deadlineAt, row.stoppingUntil, row.availableAt].map(fromNow)),
      ]),
    jobs: [...jobs]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { failures, finished }]) => [name, failures, finished]),
    scaling: [
      ...orNull([fromNow(scaling.polledAt), scaling.pollGap === undefined ? null : steps(scaling.pollGap)]),
      ...[scaling.polledWorking, scaling.polledSuspects, scaling.polledClaims],
      ...[
        expected.map(({ claims }) => claims),
        expected.map(({ since }) => steps(since - now)),
        scaling.absentJobs,
        scaling.absentPeak,
      ],
      ...orNull([scaling.runningLimit, fromNow(scaling.limitedUntil)]),
      scaling.claims,
    ],
    history: ended.sort(([a, i], [b, j]) => Number(a) - Number(b) || Number(i) - Number(j)),
  };
}
