import { atMost, exactly, type Limit } from "../../support/limit.ts";
import { until } from "../../support/until.ts";
import { NAMESPACE } from "../cluster.ts";
import { kindsEnded, readAttempts } from "../kinds.ts";
import type { ScenarioContext } from "../scenario.ts";
import { insertRow } from "./rows.ts";

const KIND = "unknown";
const JOBS = `scaledjob.keda.sh/name=${KIND}`;

/**
 * A batch whose image no node can pull: its requests wait and cost nothing, Kubernetes names the image, and after the recipe in
 * docs/commands.md (correct the image, delete the Jobs of the wrong one) they run.
 *
 * @param correct - sets an image that exists
 */
export async function unknownImage(
  { cluster }: Pick<ScenarioContext, "cluster">,
  correct: () => Promise<unknown>,
): Promise<Limit[]> {
  await insertRow(cluster, KIND, "exit 0");
  const pods = () => cluster.list("pods", "-n", NAMESPACE, "-l", `app.kubernetes.io/name=${KIND}`);
  const waiting = async () => {
    const states = (await pods()).map(({ status }) => status.containerStatuses?.[0]?.state.waiting);
    return states.find((state) => state?.reason === "ImagePullBackOff");
  };
  const { message } = await until("ImagePullBackOff", waiting, { timeoutMs: 90_000, intervalMs: 1_000 });
  const [status] = await cluster.rows<{ waiting: number; problem: string | null }>(
    `select waiting, problem from batch.status where kind = '${KIND}'`,
  );
  const attempts = (await readAttempts(cluster, KIND)).length;
  await correct();
  const began = performance.now();
  await cluster.kubectl(["delete", "jobs", "-n", NAMESPACE, "-l", JOBS, "--wait"]);
  await kindsEnded(cluster, [KIND], 120_000);
  const seconds = (performance.now() - began) / 1_000;
  return [
    exactly(1, "unknown image: waiting", status?.waiting ?? Number.NaN),
    exactly(1, "image named by its pod", Number(/registry\.invalid\/none:1/.test(message))),
    exactly(0, "attempts", attempts),
    atMost(60, "to SUCCESS once corrected", seconds, " s"),
    exactly(1, "SUCCESS", (await readAttempts(cluster, KIND)).filter(({ status: end }) => end === "SUCCESS").length),
  ];
}
