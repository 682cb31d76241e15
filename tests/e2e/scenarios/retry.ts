import { exactly } from "../../support/limit.ts";
import { until } from "../../support/until.ts";
import { type Cluster, NAMESPACE } from "../cluster.ts";
import { attempts, clear, insert } from "../requests.ts";
import type { Scenario } from "../scenario.ts";

/** Lifecycle claim: retry. The Job's next pod gets the same request, and `clap` shows its status throughout. */
export const retry: Scenario = {
  claim: "a request that fails three times takes one Job and four pods",
  async run({ cluster, stack, settings }) {
    await stack.up(settings);
    await clear(cluster);
    await insert(cluster, 1, 5, 3);
    const seen = await statusesUntilSuccess(cluster);
    const [job, ...others] = await until("the Job Complete", async () => {
      const jobs = await cluster.jobs();
      return jobs.some(({ status }) => status.succeeded === 1) ? jobs : undefined;
    });
    const pods = await cluster.list(
      "pods",
      "-n",
      NAMESPACE,
      "-l",
      `batch.kubernetes.io/job-name=${job?.metadata.name}`,
    );
    const phase = (name: string) => pods.filter(({ status }) => status.phase === name).length;
    const all = await attempts(cluster);
    return [
      exactly(1, "Job", 1 + others.length),
      exactly(4, "pods", pods.length),
      exactly(3, "Error", phase("Failed")),
      exactly(1, "Completed", phase("Succeeded")),
      exactly(1, "request", new Set(all.map(({ id }) => id)).size),
      exactly(4, "attempts", all.length),
      exactly(4, "pods in clap_attempt", new Set(all.map(({ pod_name }) => pod_name)).size),
      exactly(4, "attempts", Math.max(...all.map(({ attempt }) => attempt))),
      exactly(1, "FAILED seen", Number(seen.has("FAILED"))),
      exactly(1, "RUNNING seen", Number(seen.has("RUNNING"))),
    ];
  },
};

async function statusesUntilSuccess(cluster: Cluster): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  const succeeded = async () => {
    seen.add((await cluster.psql("select status from clap")).trim());
    return seen.has("SUCCESS");
  };
  await until("SUCCESS", succeeded, { timeoutMs: 240_000, intervalMs: 500 });
  return seen;
}
