import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Cluster } from "./cluster.ts";
import { leftovers } from "./leftovers.ts";

/** A cluster with these snapshots in turn, two kubectl calls each; the last one repeats, and an Error is thrown. */
function fake(...snapshots: readonly (string | Error)[]): Cluster {
  let questions = 0;
  async function kubectl(args: readonly string[]): Promise<string> {
    const answer = snapshots[Math.min(Math.floor(questions++ / 2), snapshots.length - 1)] ?? "";
    if (answer instanceof Error) throw answer;
    return args.includes("kube-system") ? "" : answer;
  }
  return Object.assign(new Cluster("fake"), { kubectl });
}

const unreachable = new Error("Unable to connect to the server");

describe("leftovers", () => {
  test("are the objects that did not exist before and still exist after the waiting time", async () => {
    assert.deepEqual(await leftovers(fake("namespace/a\nnamespace/b\n"), ["namespace/a"], 0), ["namespace/b"]);
  });

  for (const [when, cluster] of [
    ["", fake(unreachable)],
    [" any more", fake("namespace/b\n", unreachable)],
  ] as const) {
    test(`are never reported as none if the cluster does not answer${when}`, async () => {
      await assert.rejects(leftovers(cluster, []), unreachable);
    });
  }
});
