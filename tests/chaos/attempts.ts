import type pg from "pg";
import type { EndStatus, Reason } from "../../worker/src/queue/attempt.ts";

/** An ended attempt in the history. */
export interface Attempt {
  readonly request: string;
  readonly attempt: number;
  readonly podName: string;
  readonly status: EndStatus;
  readonly reason: Reason | null;
  /** In milliseconds of the machine's clock. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** The ended attempts of these requests, in order for each request. */
export async function readAttempts(client: pg.Client, ids: readonly string[]): Promise<Attempt[]> {
  const { rows } = await client.query<Attempt>(
    `select request_id::text as request, attempt, pod_name as "podName", status, reason,
            extract(epoch from started_at)::double precision * 1000 as "startedAt",
            extract(epoch from ended_at)::double precision * 1000 as "endedAt"
     from batch.history where kind = 'clap' and request_id = any ($1) order by request_id, history.attempt`,
    [ids],
  );
  return rows;
}
