import { spawnSync } from "node:child_process";
import { getOutput } from "../../../cli/getOutput.ts";
import { until } from "../../support/until.ts";
import { type Cluster, hasCondition, type KubernetesObject } from "../cluster.ts";
import type { NodeContainer } from "./faultCommands.ts";
import { NodeFault } from "./nodeFault.ts";
import { restoreAtExit } from "./restoreAtExit.ts";

/** A node that has returned is Ready within half a minute; after a restart its container runtime takes as long again. */
const READY = { timeoutMs: 300_000, intervalMs: 1_000 };

/** A cluster of two nodes. Only the second may fail: the first runs the control plane and the PostgreSQL that a stack installs. */
export class TwoNodes {
  readonly #cluster: Cluster;
  readonly first: string;
  readonly second: NodeContainer;

  constructor(cluster: Cluster, first: string, second: NodeContainer) {
    this.#cluster = cluster;
    this.first = first;
    this.second = second;
  }

  /** @throws Error when the cluster does not consist of two nodes that are containers of this machine's Docker daemon. */
  static async find(cluster: Cluster): Promise<TwoNodes> {
    const nodes = await cluster.list("nodes");
    const { first, second } = readNodes(nodes, cluster.context);
    for (const name of [first, second.name]) {
      if ((await getOutput("docker", ["ps", "--all", "--quiet", "--filter", `name=^${name}$`])) !== "") continue;
      throw new Error(
        `node ${name} must be a container of the Docker daemon that docker talks to (the run pauses and kills it); got none of that name`,
      );
    }
    return new TwoNodes(cluster, first, second);
  }

  /** Runs an action while pods are scheduled only to this node. */
  async onlyOn<Result>(node: string, work: () => Promise<Result>): Promise<Result> {
    const other = node === this.first ? this.second.name : this.first;
    const uncordon = ["--context", this.#cluster.context, "uncordon", other];
    using _ = restoreAtExit(() => spawnSync("kubectl", uncordon));
    await this.#cluster.kubectl(["cordon", other]);
    try {
      return await work();
    } finally {
      await this.#cluster.kubectl(["uncordon", other]);
    }
  }

  /**
   * Moves the cluster's DNS to a node if it is elsewhere; pods are scheduled only to that node. minikube runs a single replica, without
   * which no new pod finds its database.
   */
  async moveDns(node: string): Promise<void> {
    const pods = async () => await this.#cluster.list("pods", "-n", "kube-system", "-l", "k8s-app=kube-dns");
    for (const { metadata, spec } of await pods()) {
      if (spec.nodeName !== node) await this.#cluster.kubectl(["delete", "pod", "-n", "kube-system", metadata.name]);
    }
    const isReady = async () => (await pods()).every((pod) => pod.spec.nodeName === node && hasCondition(pod, "Ready"));
    await until("the cluster's DNS on its node", isReady, READY);
  }

  /**
   * Moves minikube's storage provisioner to a node if it is elsewhere: it creates a volume's folder on the node it runs on itself, and no
   * controller would replace its pod.
   */
  async moveStorageProvisioner(node: string): Promise<void> {
    const [pod] = await this.#cluster.list("pods", "-n", "kube-system", "-l", "integration-test=storage-provisioner");
    if (pod === undefined || pod.spec.nodeName === node) return;
    const { name, namespace, labels } = pod.metadata;
    const moved = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace, labels },
      spec: { ...pod.spec, nodeName: node },
    };
    await this.#cluster.kubectl(["replace", "--force", "-f", "-"], JSON.stringify(moved));
    await this.#cluster.kubectl(["wait", "--for=condition=Ready", "--timeout=5m", "-n", "kube-system", `pod/${name}`]);
  }

  /** Makes both nodes work and be scheduled to, whatever a run that ended by SIGKILL has left. */
  async restore(): Promise<void> {
    await new NodeFault(this.second).recover();
    await this.#cluster.kubectl(["uncordon", this.first, this.second.name]);
    await this.ready();
  }

  /** Waits until both nodes are Ready and schedulable and have no pod left of an earlier fault. */
  async ready(): Promise<void> {
    const ready = async () => (await this.#cluster.list("nodes")).every(isUsable);
    await until("both nodes Ready", ready, READY);
    const none = async () => !(await this.#cluster.list("pods", "-A")).some(isTerminating);
    await until("no pod Terminating", none, READY);
  }
}

/** Finds the control plane and the other node. */
function readNodes(
  nodes: readonly KubernetesObject[],
  context: string,
): { readonly first: string; readonly second: NodeContainer } {
  const first = nodes.find(isControlPlane);
  const second = nodes.find((node) => !isControlPlane(node));
  if (nodes.length !== 2 || first === undefined || second === undefined) {
    throw new Error(
      `the cluster must have two nodes, one of them the control plane (the other one is made to fail); got ${nodes.length}`,
    );
  }
  const container = {
    name: second.metadata.name,
    context,
    network: context,
    address: addressOn(second),
    controlPlane: addressOn(first),
    peers: [{ address: addressOn(first), podCidr: first.spec.podCIDR as string }],
  };
  return { first: first.metadata.name, second: container };
}

function isControlPlane({ metadata }: KubernetesObject): boolean {
  return "node-role.kubernetes.io/control-plane" in (metadata.labels ?? {});
}

function addressOn({ status }: KubernetesObject): string {
  const addresses: readonly { readonly type: string; readonly address: string }[] = status.addresses;
  return addresses.find(({ type }) => type === "InternalIP")?.address ?? "";
}

function isUsable(node: KubernetesObject): boolean {
  return hasCondition(node, "Ready") && node.spec.taints === undefined;
}

function isTerminating({ metadata }: KubernetesObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}
