import { until } from "../../support/until.ts";
import type { Cluster } from "../cluster.ts";
import { attempts, clear, insert } from "../requests.ts";
import type { FaultKind } from "./faultCommands.ts";
import { NodeFault } from "./nodeFault.ts";
import { leader, moveOperator } from "./operator.ts";
import type { TwoNodes } from "./twoNodes.ts";

/** Seconds from the loss of the node on which KEDA's operator leads. */
interface OperatorLoss {
  /** Seconds until another operator leads. */
  readonly toLeader: number;
  /** Seconds until a request that was inserted right after the loss runs. */
  readonly toFirstAttempt: number;
}

/** Stock Kubernetes takes 350 s. */
const BACK = { timeoutMs: 480_000, intervalMs: 500 };

/** Loses the second node with KEDA's operator on it, and restores it. */
export async function loseOperator(cluster: Cluster, nodes: TwoNodes, kind: FaultKind): Promise<OperatorLoss> {
  await nodes.ready();
  await clear(cluster);
  await moveOperator(cluster, nodes, nodes.second.name);
  const holder = (await leader(cluster))?.holderIdentity;
  const fault = new NodeFault(nodes.second);
  try {
    const at = await fault.inject(kind);
    await insert(cluster, 1, 1);
    const another = async () => {
      const now = await leader(cluster);
      return now !== undefined && now.holderIdentity !== holder ? now : undefined;
    };
    const { acquireTime } = await until("another operator leads", another, BACK);
    const first = await until("the request runs", async () => (await attempts(cluster))[0], BACK);
    return {
      toLeader: (Date.parse(acquireTime) - at) / 1_000,
      toFirstAttempt: (Date.parse(first.started_at) - at) / 1_000,
    };
  } finally {
    await fault.recover();
    await nodes.ready();
    await moveOperator(cluster, nodes, nodes.first);
  }
}
