import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type ContainerState, FAULTS, type FaultKind, type NodeContainer, recoveryCommands } from "./faultCommands.ts";

const NODE: NodeContainer = {
  name: "two-m02",
  network: "two",
  address: "192.168.67.3",
  controlPlane: "192.168.67.2",
  peers: [{ address: "192.168.67.2", podCidr: "10.244.0.0/24" }],
};

const COMMANDS: Readonly<Record<FaultKind, readonly string[]>> = {
  lost: ["network disconnect two two-m02", "kill two-m02"],
  frozen: ["pause two-m02"],
  "cut-off": ["network disconnect two two-m02"],
  "kubelet-stopped": ["exec two-m02 systemctl stop kubelet"],
};

/** The commands before those for services and network, which belong to every recovery. */
const FIRST: readonly (readonly [ContainerState, readonly string[]])[] = [
  [{ status: "running", connected: true }, []],
  [{ status: "paused", connected: true }, ["unpause two-m02"]],
  [{ status: "exited", connected: true }, ["start two-m02"]],
  [{ status: "running", connected: false }, ["network connect --ip 192.168.67.3 two two-m02"]],
  [{ status: "paused", connected: false }, ["unpause two-m02", "network connect --ip 192.168.67.3 two two-m02"]],
  [{ status: "exited", connected: false }, ["network connect --ip 192.168.67.3 two two-m02", "start two-m02"]],
];

describe("a node's fault", () => {
  for (const [kind, commands] of Object.entries(COMMANDS)) {
    test(`${kind} is docker ${commands.join(", docker ")}`, () => {
      const injected = FAULTS[kind as FaultKind](NODE).map((command) => command.join(" "));
      assert.deepEqual(injected, commands);
    });
  }
});

describe("a node's recovery", () => {
  for (const [state, first] of FIRST) {
    test(`from ${state.status}, ${state.connected ? "connected" : "not connected"}`, () => {
      const commands = recoveryCommands(NODE, state).map((command) => command.join(" "));
      assert.deepEqual(commands.slice(0, -2), first);
      assert.match(commands.at(-2) ?? "", /^exec two-m02 timeout 60 sh -c until systemctl start docker .* kubelet /);
      assert.match(commands.at(-1) ?? "", /^exec two-m02 sh -ec ip route replace 10.244.0.0\/24 via 192.168.67.2\n/);
    });
  }
});
