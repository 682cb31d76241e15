/** A node of a minikube on the docker driver: a container of this machine's Docker daemon with the node's name. */
export interface NodeContainer {
  readonly name: string;
  /** The cluster's name in the kubeconfig. */
  readonly context: string;
  /** Docker's network of the cluster: minikube names it after the profile. */
  readonly network: string;
  readonly address: string;
  /** The control plane's address: the kubelet looks it up in /etc/hosts, which Docker writes at every start. */
  readonly controlPlane: string;
  /** The other nodes and their pod CIDRs. */
  readonly peers: readonly { readonly address: string; readonly podCidr: string }[];
}

/** What can happen to a node. */
export type FaultKind = "lost" | "frozen" | "cut-off" | "kubelet-stopped" | "drained";

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/** The state of a node's container as Docker reports it. */
export interface ContainerState {
  readonly status: string;
  readonly connected: boolean;
}

/** What injects each fault, in this order. */
export const FAULTS: Readonly<Record<FaultKind, (node: NodeContainer) => readonly Command[]>> = {
  // Power lost: everything on it ends at once. Disconnected before, since this machine's kernel, which survives, would close the
  // connections of the killed processes.
  lost: ({ name, network }) => [
    ["docker", "network", "disconnect", network, name],
    ["docker", "kill", name],
  ],
  // User space stops, as with a hung disk: the kernel still acknowledges TCP keepalives.
  frozen: ({ name }) => [["docker", "pause", name]],
  "cut-off": ({ name, network }) => [["docker", "network", "disconnect", network, name]],
  // Pods run on, but Kubernetes hears nothing of them.
  "kubelet-stopped": ({ name }) => [["docker", "exec", name, "systemctl", "stop", "kubelet"]],
  // Its pods get SIGTERM, and nothing is scheduled to it: as for its maintenance. Resolves once they have ended.
  drained: ({ name, context }) => [
    ["kubectl", "--context", context, "drain", name, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=120s"],
  ],
};

/** The init system of a container that has just started is not ready yet. */
const START_SERVICES = "systemctl start docker cri-docker.socket cri-docker kubelet 2>/dev/null";

/**
 * What makes a node in any state a working one that pods are scheduled to, in this order. On such a node the commands change
 * nothing, so a run begins with them: an earlier one may have been interrupted.
 */
export function recoveryCommands(node: NodeContainer, { status, connected }: ContainerState): Command[] {
  const { name, context, network, address } = node;
  return [
    ...when(status === "paused", ["docker", "unpause", name]),
    ...when(!connected, ["docker", "network", "connect", "--ip", address, network, name]),
    ...when(!["running", "paused"].includes(status), ["docker", "start", name]),
    ["docker", "exec", name, "timeout", "60", "sh", "-c", `until ${START_SERVICES}; do sleep 0.2; done`],
    ["docker", "exec", name, "sh", "-ec", setUpNetwork(node)],
    ["kubectl", "--context", context, "uncordon", name],
  ];
}

function when(needed: boolean, command: Command): Command[] {
  return needed ? [command] : [];
}

/** What a restart or a new connection takes from the node: the routes to the other nodes' pods, and what Docker's own rules would drop. */
function setUpNetwork({ controlPlane, peers }: NodeContainer): string {
  const masquerade = "POSTROUTING -s 10.244.0.0/16 ! -d 10.244.0.0/16 -j MASQUERADE";
  const host = "control-plane.minikube.internal";
  return [
    ...peers.map(({ address, podCidr }) => `ip route replace ${podCidr} via ${address}`),
    "sysctl -qw net.ipv4.ip_forward=1",
    "iptables -P FORWARD ACCEPT",
    `iptables -t nat -C ${masquerade} 2>/dev/null || iptables -t nat -A ${masquerade}`,
    `grep -q ${host} /etc/hosts || echo "${controlPlane} ${host}" >> /etc/hosts`,
  ].join("\n");
}
