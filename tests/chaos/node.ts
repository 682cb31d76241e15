import { getOutput, ProgramError } from "../../cli/getOutput.ts";
import { UsageError } from "../../cli/usageError.ts";

/** A node that can be lost: a network namespace, and the link between it and this machine. */
export interface LostNode {
  /** This machine's end of the link, where the server listens. */
  readonly serverAddress: string;
  /** Both ends, in pg_hba.conf's notation. */
  readonly network: string;
  /** The first words of a command that runs another command on the node. */
  readonly execPrefix: readonly string[];
  /** Cuts the link at the node's end; no connection is closed. */
  cut(): Promise<void>;
  restore(): Promise<void>;
  remove(): Promise<void>;
}

/** 198.18.0.0/15 is reserved for network tests (RFC 2544): no machine has such an address. */
const NETWORK = "198.18.77.0/30";
const SERVER_END = "198.18.77.1";
const NODE_END = "198.18.77.2";

/** @throws UsageError unless run as root on Linux with iproute2. */
export async function createNode(): Promise<LostNode> {
  const namespace = `lost-${process.pid}`;
  const [here, there] = [`lost${process.pid}a`, `lost${process.pid}b`];
  const ip = (words: string) => getOutput("ip", words.split(" "));
  const remove = async () => void (await ip(`netns delete ${namespace}`));
  try {
    await ip(`netns add ${namespace}`);
  } catch (error) {
    const reason = error instanceof ProgramError ? error.result.stderr.trim() : (error as Error).message;
    throw new UsageError(
      `--lost-node must be run as root on Linux with iproute2's ip (it makes a network namespace); got ${reason}`,
      { cause: error },
    );
  }
  try {
    await ip(`link add ${here} type veth peer name ${there} netns ${namespace}`);
    await ip(`address add ${SERVER_END}/30 dev ${here}`);
    await ip(`-n ${namespace} address add ${NODE_END}/30 dev ${there}`);
    await ip(`link set ${here} up`);
    await ip(`-n ${namespace} link set ${there} up`);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    serverAddress: SERVER_END,
    network: NETWORK,
    execPrefix: ["ip", "netns", "exec", namespace],
    cut: async () => void (await ip(`-n ${namespace} link set ${there} down`)),
    restore: async () => void (await ip(`-n ${namespace} link set ${there} up`)),
    remove,
  };
}
