import { until } from "../../support/until.ts";
import { type Cluster, hasCondition } from "../cluster.ts";
import type { TwoNodes } from "./twoNodes.ts";

const MOVED = { timeoutMs: 180_000, intervalMs: 1_000 };

/** The leading process of KEDA's operator, and since when it leads. */
interface Leader {
  /** Its pod's name, `_` and a random part. */
  readonly holderIdentity: string;
  readonly acquireTime: string;
}

/** The leader named in the lease; none after an operator has shut down cleanly. */
export async function leader(cluster: Cluster): Promise<Leader | undefined> {
  const which = ["-n", cluster.kedaNamespace, "--field-selector=metadata.name=operator.keda.sh"];
  const leases = await cluster.list("leases", ...which);
  const spec = leases[0]?.spec as Leader | undefined;
  return spec?.holderIdentity ? spec : undefined;
}

/** Makes KEDA's operator lead on this node; other replicas run where the scheduler puts them. */
export async function moveOperator(cluster: Cluster, nodes: TwoNodes, node: string): Promise<void> {
  if (await leads(cluster, node)) return;
  await nodes.onlyOn(node, async () => {
    await cluster.kubectl(["delete", ...operators(cluster), "--wait"]);
    await until(`KEDA's operator leads on node ${node}`, () => leads(cluster, node), MOVED);
  });
  const { holderIdentity } = (await leader(cluster)) as Leader;
  const others = (await cluster.list(...operators(cluster))).map(({ metadata }) => metadata.name);
  for (const name of others.filter((name) => !holderIdentity.startsWith(name))) {
    await cluster.kubectl(["delete", "pod", name, "-n", cluster.kedaNamespace, "--wait"]);
  }
}

/** Arguments of kubectl that mean the operator's pods. */
export function operators({ kedaNamespace }: Cluster): string[] {
  return ["pods", "-n", kedaNamespace, "-l", "app=keda-operator"];
}

async function leads(cluster: Cluster, node: string): Promise<boolean> {
  const holder = (await leader(cluster))?.holderIdentity ?? "";
  const pods = await cluster.list(...operators(cluster));
  return pods.some((pod) => {
    const { name, deletionTimestamp } = pod.metadata;
    const isReady = deletionTimestamp === undefined && hasCondition(pod, "Ready");
    return holder.startsWith(name) && pod.spec.nodeName === node && isReady;
  });
}
