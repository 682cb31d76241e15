import { getOutput } from "../../../cli/getOutput.ts";

/**
 * The address at which pods reach this machine: the gateway of the nodes' Docker network.
 *
 * @throws Error when the network has none.
 */
export async function findGateway(network: string): Promise<string> {
  const text = await getOutput("docker", ["network", "inspect", network]);
  const [{ IPAM } = {}] = JSON.parse(text) as { IPAM?: { Config?: readonly { Gateway?: string }[] } }[];
  const gateways = (IPAM?.Config ?? []).flatMap(({ Gateway }) => Gateway?.split("/")[0] ?? []);
  const gateway = gateways.find((address) => /^[\d.]+$/.test(address));
  if (gateway !== undefined) return gateway;
  throw new Error(
    `Docker's network ${network} must have a gateway with an IPv4 address (pods reach this machine there); got ${JSON.stringify(gateways)}`,
  );
}
