import type { EndStatus, Reason } from "../../worker/src/queue/attempt.ts";
import { until } from "../support/until.ts";
import { type Cluster, KEDA_JOBS, NAMESPACE } from "./cluster.ts";

/** An attempt as `clap_attempt` shows it. */
export interface Attempt {
  readonly id: number;
  readonly attempt: number;
  readonly status: EndStatus | "RUNNING";
  /** Why it did not succeed; null: it succeeded, or is running. */
  readonly reason: Reason | null;
  /** The error's text; null: it succeeded, or is running. */
  readonly error: string | null;
  readonly job_name: string;
  readonly pod_name: string;
  readonly started_at: string;
  /** null: it is running. */
  readonly ended_at: string | null;
}

/** Whether every request has ended. */
export async function isIdle(cluster: Cluster): Promise<boolean> {
  return (await cluster.psql("select count(*) from batch.queue")).trim() === "0";
}

/** Removes the requests and KEDA's Jobs of earlier scenarios, so that they are not counted. */
export async function clear(cluster: Cluster): Promise<void> {
  await until("no unfinished request", () => isIdle(cluster), { timeoutMs: 300_000, intervalMs: 2_000 });
  await cluster.psql("truncate make_it_clap, batch.history");
  await cluster.kubectl(["delete", "jobs", "-n", NAMESPACE, "-l", KEDA_JOBS, "--cascade=foreground", "--wait"]);
}

/** Inserts this many requests, each by a separate statement, in one transaction. */
export async function insert(cluster: Cluster, requests: number, seconds: number, failures = 0): Promise<void> {
  const one = `insert into make_it_clap (duration_seconds, failures) values (${seconds}, ${failures});\n`;
  await cluster.psql(`begin;\n${one.repeat(requests)}commit;`);
}

/** Every attempt of the sample's requests, in no particular order. */
export async function attempts(cluster: Cluster): Promise<Attempt[]> {
  return await cluster.rows<Attempt>(
    "select id, attempt, status, reason, error, job_name, pod_name, started_at, ended_at from clap_attempt",
  );
}

/** How many requests have this status at their latest attempt. */
export async function countStatus(cluster: Cluster, status: string): Promise<number> {
  return Number(await cluster.psql(`select count(*) from clap where status = '${status}'`));
}
