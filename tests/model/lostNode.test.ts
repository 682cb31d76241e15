import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type LossArgs, loseNode, secondsToRunElsewhere } from "./lostNode.ts";
import { progress } from "./progress.ts";
import { DESIGN } from "./rules.ts";

/** No extra count, and Kubernetes' own toleration. */
const STOCK = { rules: { ...DESIGN, doubtedOnceMore: false }, delays: { toleration: 300, removed: 600 } };

/** Least and most, in seconds. */
const ROWS = [
  { pollingInterval: 5, design: [28, 32], full: [102, 102], stock: [372, 372] },
  { pollingInterval: 10, design: [29, 38], full: [102, 102], stock: [372, 372] },
  { pollingInterval: 30, design: [29, 58], full: [102, 102], stock: [372, 372] },
] as const;

describe("a request of a lost node, its session gone after 12 s", () => {
  for (const { pollingInterval, design, full, stock } of ROWS) {
    test(`runs elsewhere after ${design.join(" to ")} s at a look every ${pollingInterval} s; stock: ${stock.join(" to ")} s`, () => {
      const args: LossArgs = { pollingInterval, maxReplicaCount: 2 };
      assert.deepEqual(secondsToRunElsewhere(args), design);
      assert.deepEqual(secondsToRunElsewhere({ ...args, ...STOCK }), stock);
    });

    test(`at maxReplicaCount waits for the Job controller, ${full.join(" to ")} s at a look every ${pollingInterval} s`, () => {
      assert.deepEqual(secondsToRunElsewhere({ pollingInterval, maxReplicaCount: 1 }), full);
    });
  }

  test("not counted once more waits for the Job controller below maxReplicaCount too: 102 s instead of 28 to 32", () => {
    const rules = { ...DESIGN, doubtedOnceMore: false };
    assert.deepEqual(secondsToRunElsewhere({ pollingInterval: 5, maxReplicaCount: 2, rules }), [102, 102]);
  });

  for (const [fences, ends] of [
    [true, ["FAILED", "SUCCESS"]],
    [false, ["FAILED", "FAILED", "SUCCESS"]],
  ] as const) {
    test(`is its new owner's when the node is back: what the zombie writes ${fences ? "changes nothing" : "would count without a fence"}`, () => {
      const world = loseNode({ pollingInterval: 5, maxReplicaCount: 2, rules: { ...DESIGN, fences } }, 0);
      const [zombie] = world.pods.values();
      progress(world, { seconds: 60, work: () => "goesOn" });
      world.findNode();
      while (zombie?.key) world.step(zombie, "throws");
      progress(world, { seconds: 60 });
      assert.deepEqual(
        world.queue.history.map(({ status }) => status),
        ends,
      );
    });
  }
});

describe("a request whose worker crashed", () => {
  const rows = [
    { podStart: 2, by: "its own Job" },
    { podStart: 4, by: "its own Job" },
    { podStart: 8, by: "the Job that was started for it" },
    { podStart: 11, by: "the Job that was started for it" },
  ];
  for (const { podStart, by } of rows) {
    test(`runs again by ${by} where pods claim ${podStart} s after they are due`, () => {
      const world = loseNode({ pollingInterval: 5, maxReplicaCount: 2 }, 0);
      world.findNode();
      const [pod] = world.pods.values();
      if (pod) world.kill(pod);
      const claimed = () => world.running.find(({ key }) => key !== undefined);
      progress(world, { seconds: 60, podStart, work: () => "goesOn", done: () => claimed() !== undefined });
      assert.equal(claimed()?.args.jobName === "job-0" ? "its own Job" : "the Job that was started for it", by);
    });
  }
});

describe("a node that stays lost", () => {
  for (const removed of [300, 900]) {
    test(`and is removed after ${removed} s keeps its Job unfinished so long, and one request waiting`, () => {
      const world = loseNode({ pollingInterval: 5, maxReplicaCount: 10, delays: { removed } }, 0);
      progress(world, { seconds: 200 });
      assert.deepEqual(
        world.queue.history.map(({ status }) => status),
        ["FAILED", "SUCCESS"],
      );
      assert.equal(world.unfinished.length, 1);
      world.queue.insert(1);
      const seconds = 200 + progress(world, { seconds: 3_600, done: () => world.queue.rows.size === 0 });
      assert.ok(seconds > removed && seconds < removed + 20, String(seconds));
    });
  }
});

test("a deleted Job whose pod goes on until its grace period ends costs an idle Job a look", () => {
  const world = loseNode({ pollingInterval: 5, maxReplicaCount: 10 }, 0);
  world.findNode();
  for (const job of world.unfinished) world.deleteJob(job);
  progress(world, { seconds: 60, work: () => "goesOn" });
  assert.equal(world.created, 1 + 7);
});
