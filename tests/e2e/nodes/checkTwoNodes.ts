import type { Cluster } from "../cluster.ts";
import { findGateway } from "./gateway.ts";
import { checkRegistry, readRegistry } from "./registry.ts";
import { TwoNodes } from "./twoNodes.ts";

/** @throws Error when the cluster does not consist of two nodes in the local Docker daemon, or no registry answers. */
export async function checkTwoNodes(cluster: Cluster): Promise<void> {
  const { second } = await TwoNodes.find(cluster);
  await checkRegistry(readRegistry(process.env.E2E_IMAGE, await findGateway(second.network)));
}
