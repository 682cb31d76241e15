import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Cluster } from "../cluster.ts";
import { drainNode } from "./drain.ts";

/** Where each of eight workers' pods is. */
const PLACES = ["one", "two", "two", "two", "two", "two", "one", "one"];

/** A cluster of two nodes on which every pod works, until its node is drained; what kubectl is called with. */
function fakeCluster(): { readonly cluster: Cluster; readonly calls: string[] } {
  const calls: string[] = [];
  let drained: string | undefined;
  async function kubectl(args: readonly string[]): Promise<string> {
    calls.push(args.slice(0, 2).join(" "));
    if (args[0] === "drain") drained = args[1];
    return "";
  }
  const pods = PLACES.map((nodeName, id) => ({
    metadata: { name: `pod-${id}` },
    spec: { nodeName },
    status: { phase: "Running" },
  }));
  const nodes = ["one", "two"].map((name) => ({ metadata: { name } }));
  function rows() {
    return PLACES.flatMap((place, id) => {
      const first = { id, attempt: 1, pod_name: `pod-${id}`, status: place === drained ? "FAILED" : "RUNNING" };
      return place === drained ? [first, { ...first, attempt: 2, pod_name: "next", status: "RUNNING" }] : [first];
    });
  }
  const fakes = { kubectl, list: async (kind: string) => (kind === "nodes" ? nodes : pods), rows: async () => rows() };
  return { cluster: Object.assign(new Cluster("fake"), fakes) as Cluster, calls };
}

describe("a node's drain", { timeout: 20_000 }, () => {
  test("is of the node with most of the workers, and counts these alone: the others' requests run on", async () => {
    const { cluster, calls } = fakeCluster();
    const { inject } = await drainNode(cluster);
    assert.equal(await inject(), 5);
    assert.deepEqual(calls, ["cordon two", "drain two", "uncordon two"]);
  });
});
