import { until } from "../../support/until.ts";
import { type Cluster, NAMESPACE } from "../cluster.ts";

/** A running attempt. */
export interface Target {
  readonly id: number;
  readonly attempt: number;
  readonly job: string;
  readonly pod: string;
}

/** The request whose first attempt began last: it has the most time left, and has had no fault yet. */
export async function nextTarget(cluster: Cluster): Promise<Target> {
  const running = `select id, attempt, job_name as job, pod_name as pod from clap_attempt
    where status = 'RUNNING' and attempt = 1 order by started_at desc limit 1`;
  return await until("a request that runs", async () => (await cluster.rows<Target>(running)).at(0), {
    timeoutMs: 60_000,
    intervalMs: 500,
  });
}

/** Waits until the request runs again. */
export async function runsAgain(cluster: Cluster, { id, attempt }: Target): Promise<void> {
  const again = `select from clap_attempt where id = ${id} and attempt > ${attempt}`;
  await until(`request ${id} runs again`, async () => (await cluster.rows(again)).at(0), {
    timeoutMs: 120_000,
    intervalMs: 250,
  });
}

/** The reason that Kubernetes reports for the end of a pod's container. */
export async function readEndReason(cluster: Cluster, { pod }: Target): Promise<string> {
  const path = "jsonpath={.status.containerStatuses[0].state.terminated.reason}";
  return await cluster.kubectl(["get", "pod", pod, "-n", NAMESPACE, "-o", path]);
}
