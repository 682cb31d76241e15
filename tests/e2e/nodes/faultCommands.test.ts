import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type ContainerState, FAULTS, type FaultKind, type NodeContainer, recoveryCommands } from "./faultCommands.ts";

const NODE: NodeContainer = {
  name: "two-m02",
  context: "two",
  network: "two",
  address: "192.168.67.3",
  controlPlane: "192.168.67.2",
  peers: [{ address: "192.168.67.2", podCidr: "10.244.0.0/24" }],
};

const COMMANDS: Readonly<Record<FaultKind, readonly string[]>> = {
  lost: ["docker network disconnect two two-m02", "docker kill two-m02"],
  frozen: ["docker pause two-m02"],
  "cut-off": ["docker network disconnect two two-m02"],
  "kubelet-stopped": ["docker exec two-m02 systemctl stop kubelet"],
  drained: ["kubectl --context two drain two-m02 --ignore-daemonsets --delete-emptydir-data --timeout=120s"],
};

/** What comes before the services, the network and the schedule, which every recovery sees to. */
const FIRST: readonly (readonly [ContainerState, readonly string[]])[] = [
  [{ status: "running", connected: true }, []],
  [{ status: "paused", connected: true }, ["docker unpause two-m02"]],
  [{ status: "exited", connected: true }, ["docker start two-m02"]],
  [{ status: "running", connected: false }, ["docker network connect --ip 192.168.67.3 two two-m02"]],
  [
    { status: "paused", connected: false },
    ["docker unpause two-m02", "docker network connect --ip 192.168.67.3 two two-m02"],
  ],
  [
    { status: "exited", connected: false },
    ["docker network connect --ip 192.168.67.3 two two-m02", "docker start two-m02"],
  ],
];

describe("a node's fault", () => {
  for (const [kind, commands] of Object.entries(COMMANDS)) {
    test(`${kind} is ${commands.join(", ")}`, () => {
      const injected = FAULTS[kind as FaultKind](NODE).map((command) => command.join(" "));
      assert.deepEqual(injected, commands);
    });
  }
});

describe("a node's recovery", () => {
  for (const [state, first] of FIRST) {
    test(`from ${state.status}, ${state.connected ? "connected" : "not connected"}`, () => {
      const commands = recoveryCommands(NODE, state).map((command) => command.join(" "));
      assert.deepEqual(commands.slice(0, -3), first);
      const [services, network, schedule] = commands.slice(-3);
      assert.match(services ?? "", /^docker exec two-m02 timeout 60 sh -c until systemctl start docker .* kubelet /);
      assert.match(network ?? "", /^docker exec two-m02 sh -ec ip route replace 10.244.0.0\/24 via 192.168.67.2\n/);
      assert.equal(schedule, "kubectl --context two uncordon two-m02");
    });
  }
});
