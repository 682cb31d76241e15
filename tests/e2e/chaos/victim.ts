import { until } from "../../support/until.ts";
import { type Cluster, NAMESPACE } from "../cluster.ts";

/** A running attempt. */
export interface Victim {
  readonly id: number;
  readonly attempt: number;
  readonly job: string;
  readonly pod: string;
}

/** The request that began last to run for the first time: it has the most before it, and no former fault to tell from. */
export async function nextVictim(cluster: Cluster): Promise<Victim> {
  const running = `select id, attempt, job_name as job, pod_name as pod from clap_attempt
    where status = 'RUNNING' and attempt = 1 order by started_at desc limit 1`;
  return await until("a request that runs", async () => (await cluster.rows<Victim>(running)).at(0), {
    patienceMs: 60_000,
    lookMs: 500,
  });
}

/** Waits until the request runs again. */
export async function runsAgain(cluster: Cluster, { id, attempt }: Victim): Promise<void> {
  const again = `select from clap_attempt where id = ${id} and attempt > ${attempt}`;
  await until(`request ${id} runs again`, async () => (await cluster.rows(again)).at(0), {
    patienceMs: 120_000,
    lookMs: 250,
  });
}

/** Why Kubernetes says that a pod's container ended. */
export async function endOf(cluster: Cluster, { pod }: Victim): Promise<string> {
  const path = "jsonpath={.status.containerStatuses[0].state.terminated.reason}";
  return await cluster.kubectl(["get", "pod", pod, "-n", NAMESPACE, "-o", path]);
}
