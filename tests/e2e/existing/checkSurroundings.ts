import type { Cluster } from "../cluster.ts";
import { TwoNodes } from "../nodes/twoNodes.ts";
import { findGateway } from "./gateway.ts";
import { checkRegistry, readRegistry } from "./registry.ts";

/** @throws Error when the cluster has not two nodes of the local Docker daemon, or no registry answers. */
export async function checkSurroundings(cluster: Cluster): Promise<void> {
  const { second } = await TwoNodes.find(cluster);
  await checkRegistry(readRegistry(process.env.E2E_IMAGE, await findGateway(second.network)));
}
