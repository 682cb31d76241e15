import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KubernetesObject } from "../cluster.ts";
import { readNodes } from "./twoNodes.ts";

const CONTROL_PLANE = { "node-role.kubernetes.io/control-plane": "" };

function node(name: string, address: string, podCIDR: string, labels = {}): KubernetesObject {
  const metadata = { name, uid: name, creationTimestamp: "2026-01-01T00:00:00Z", labels };
  const addresses = [
    { type: "Hostname", address: name },
    { type: "InternalIP", address },
  ];
  return { kind: "Node", metadata, spec: { podCIDR }, status: { addresses } };
}

const FIRST = node("two", "192.168.67.2", "10.244.0.0/24", CONTROL_PLANE);
const SECOND = node("two-m02", "192.168.67.3", "10.244.1.0/24");

describe("the nodes of a cluster", () => {
  for (const nodes of [
    [FIRST, SECOND],
    [SECOND, FIRST],
  ]) {
    test(`are recognized by their role, in any order (${nodes[0]?.metadata.name} first)`, () => {
      assert.deepEqual(readNodes(nodes, "two"), {
        first: "two",
        second: {
          name: "two-m02",
          context: "two",
          network: "two",
          address: "192.168.67.3",
          controlPlane: "192.168.67.2",
          peers: [{ address: "192.168.67.2", podCidr: "10.244.0.0/24" }],
        },
      });
    });
  }

  for (const nodes of [[], [FIRST], [SECOND], [SECOND, SECOND], [FIRST, FIRST], [FIRST, SECOND, SECOND]]) {
    const names = nodes.map(({ metadata }) => metadata.name);
    test(`are refused unless they are one control plane and one other node: [${names}]`, () => {
      assert.throws(() => readNodes(nodes, "two"), /must have two nodes, one of them the control plane .*; got \d$/);
    });
  }
});
