import type { TestDatabase } from "../support/database.ts";
import type { Queue } from "./queue.ts";

/** Times are compared in steps far longer than a run takes, which the clock of PostgreSQL does not stop for. */
export const STEP_SECONDS = 5;

const steps = (column: string) => `round(extract(epoch from ${column} - now()) / ${STEP_SECONDS})::integer`;

const QUERY = {
  name: "stored",
  text: `
    select
      (select coalesce(json_agg(json_build_array(
         request_id, attempt, errors, crashes, interruptions, session_id, job_name, pod_name, backoff_limit, crash_limit,
         interruption_limit, job_failures, job_finished, backoff_seconds,
         ${steps("doubted_at")}, ${steps("held_until")}, ${steps("lease_until")}) order by request_id), '[]')
       from batch.queue) as queue,
      (select coalesce(json_agg(json_build_array(
         request_id, attempt, session_id, status, reason, job_name) order by request_id, attempt), '[]')
       from batch.history) as history`,
};

/** Everything that PostgreSQL has stored, line by line. */
export async function stored({ client }: TestDatabase): Promise<unknown> {
  return (await client.query(QUERY)).rows[0];
}

/** The same of the model's queue. */
export function modelled({ rows, history, now }: Queue): unknown {
  const orNull = (values: readonly unknown[]) => values.map((value) => value ?? null);
  const inSteps = (at: number | undefined) => at && Math.round((at - now) / 1_000 / STEP_SECONDS) + 0;
  const ended = history.map(({ request, attempt, session, status, reason, job }) =>
    orNull([request, attempt, session, status, reason, job]),
  );
  return {
    queue: [...rows.values()].map(({ claimed, ...row }) => [
      ...orNull([row.request, row.attempt, row.errors, row.crashes, row.interruptions, row.session, row.job]),
      ...orNull([claimed?.podName, claimed?.backoffLimit, claimed?.crashLimit, claimed?.interruptionLimit]),
      ...orNull([claimed?.jobFailures, claimed?.jobFinished, claimed?.backoffSeconds]),
      ...orNull([row.doubtedAt, row.heldUntil, row.leaseUntil].map(inSteps)),
    ]),
    history: ended.sort(([a, i], [b, j]) => Number(a) - Number(b) || Number(i) - Number(j)),
  };
}
