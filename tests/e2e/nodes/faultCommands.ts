/** A node of a minikube on the docker driver: a container of this machine's Docker daemon with the node's name. */
export interface NodeContainer {
  readonly name: string;
  /** Docker's network of the cluster: minikube names it after the profile. */
  readonly network: string;
  readonly address: string;
  /** The control plane's address: the kubelet looks it up in /etc/hosts, which Docker writes at every start. */
  readonly controlPlane: string;
  /** The other nodes and their pod CIDRs. */
  readonly peers: readonly { readonly address: string; readonly podCidr: string }[];
}

/** The faults of a node. */
export type FaultKind = "lost" | "frozen" | "cut-off" | "kubelet-stopped";

/** The state of a node's container as Docker reports it. */
export interface ContainerState {
  readonly status: string;
  readonly connected: boolean;
}

/** Arguments of `docker`, in this order, that inject each fault. */
export const FAULTS: Readonly<Record<FaultKind, (node: NodeContainer) => readonly (readonly string[])[]>> = {
  // Power loss: everything on the node ends at once. Disconnected first, since this machine's kernel, which survives, would close the
  // connections of the killed processes.
  lost: ({ name, network }) => [
    ["network", "disconnect", network, name],
    ["kill", name],
  ],
  // User space stops, as with a hung disk: the kernel still acknowledges TCP keepalives.
  frozen: ({ name }) => [["pause", name]],
  "cut-off": ({ name, network }) => [["network", "disconnect", network, name]],
  // Pods continue, but Kubernetes receives no status.
  "kubelet-stopped": ({ name }) => [["exec", name, "systemctl", "stop", "kubelet"]],
};

/** The init system of a container that has just started is not ready yet. */
const START_SERVICES = "systemctl start docker cri-docker.socket cri-docker kubelet 2>/dev/null";

/**
 * Arguments of `docker`, in this order, that make a node work again, whatever its state. On a working node they change nothing, so
 * the next run can also use them after an interrupted one.
 */
export function recoveryCommands(node: NodeContainer, { status, connected }: ContainerState): (readonly string[])[] {
  const { name, network, address } = node;
  return [
    ...(status === "paused" ? [["unpause", name]] : []),
    ...(connected ? [] : [["network", "connect", "--ip", address, network, name]]),
    ...(["running", "paused"].includes(status) ? [] : [["start", name]]),
    ["exec", name, "timeout", "60", "sh", "-c", `until ${START_SERVICES}; do sleep 0.2; done`],
    ["exec", name, "sh", "-ec", setUpNetwork(node)],
  ];
}

/** What a restart or a reconnection removes: routes to the other nodes' pods, and rules that stop Docker from dropping their packets. */
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
