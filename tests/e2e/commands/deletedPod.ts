import { atMost, exactly, type Limit } from "../../support/limit.ts";
import { until } from "../../support/until.ts";
import { NAMESPACE } from "../cluster.ts";
import { kindsEnded, readAttempts } from "../kinds.ts";
import type { ScenarioContext } from "../scenario.ts";
import { insertRow } from "./rows.ts";

/** `graceSeconds` of the batch. */
const GRACE_SECONDS = 10;

/** Deletes the pod of a command that ignores SIGTERM: the attempt must be recorded before the pod is killed. */
export async function deletedPod({ cluster }: Pick<ScenarioContext, "cluster">): Promise<Limit[]> {
  const id = await insertRow(cluster, "debian", "ignore");
  const readOwn = async () => (await readAttempts(cluster, "debian")).filter(({ request_id }) => request_id === id);
  const running = await until("the command runs", async () => (await readOwn()).find(({ ended_at }) => !ended_at), {
    timeoutMs: 60_000,
    intervalMs: 500,
  });
  await cluster.kubectl(["delete", "pod", running.pod_name, "-n", NAMESPACE, "--wait=false"]);
  // Only from now on: how long kubectl takes on a busy machine is not part of the grace period. After that the
  // pod is killed, and the attempt is a crash.
  const [clock] = await cluster.rows<{ now: string }>("select clock_timestamp() as now");
  await kindsEnded(cluster, ["debian"], 120_000);
  const [first, second, ...more] = await readOwn();
  const seconds = (Date.parse(first?.ended_at ?? "") - Date.parse(clock?.now ?? "")) / 1_000;
  return [
    exactly(1, "SIGTERM ignored: interrupted", Number(first?.reason === "interrupted")),
    atMost(GRACE_SECONDS, "from kubectl's answer to the record", seconds, " s"),
    exactly(1, "then SUCCESS", Number(second?.status === "SUCCESS" && more.length === 0)),
  ];
}
