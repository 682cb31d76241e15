import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EXHAUSTIVE } from "../support/sample.ts";
import { percentile } from "../support/samples.ts";
import { idleJobs, type LossArgs, loseNode, POD_START, secondsToRunElsewhere, workFor45Seconds } from "./lostNode.ts";
import { DESIGN } from "./rules.ts";
import { runFairly } from "./runFairly.ts";

const RUNS = EXHAUSTIVE ? 2_000 : 200;

/** Neither an extra Job for a suspected request nor absent Jobs, and Kubernetes' own toleration. */
const KUBERNETES_ALONE = {
  rules: { ...DESIGN, countSuspectsTwice: false, absence: "ignored" },
  toleration: 300,
} as const;

/** The minimum, the 95th percentile and the maximum, in seconds. */
function summarize(args: LossArgs): readonly (number | undefined)[] {
  const seconds = secondsToRunElsewhere(args, RUNS);
  return [seconds[0], percentile(seconds, 0.95), seconds.at(-1)];
}

describe("requests of a lost node, where each new pod is scheduled onto it with probability 1/2 until its taint", () => {
  for (const { pollingInterval, most } of [
    { pollingInterval: 5, most: [28, 72, 73] },
    { pollingInterval: 10, most: [28, 73, 73] },
    { pollingInterval: 30, most: [28, 86, 91] },
  ] as const) {
    for (const requests of [2, 4, 8, 10]) {
      test(`${requests} of at most 10, a poll every ${pollingInterval} s: run again after at least ${most[0]} s, ${most[1]} s at the 95th percentile, and at most ${most[2]} s`, (t) => {
        const [least = 0, p95 = Number.NaN, last = Number.NaN] = summarize({ pollingInterval, requests });
        t.diagnostic(`${least} to ${last} s, 95th percentile ${p95} s`);
        assert.ok(least >= most[0] && p95 <= most[1] && last <= most[2]);
      });
    }

    test(`a poll every ${pollingInterval} s without any of it: 372 s`, () => {
      assert.deepEqual(summarize({ pollingInterval, requests: 2, ...KUBERNETES_ALONE }), [372, 372, 372]);
    });
  }

  test("if the Job of a dead worker is not presumed absent, some wait for the Job controller: 102 s", () => {
    const rules = { ...DESIGN, suspectsBecomeAbsent: false };
    const [, , last] = summarize({ requests: 4, rules });
    assert.equal(last, 102);
  });
});

describe("requests of a frozen node", () => {
  test("run again in their Jobs' next pods 109 s after the freeze, including 80 s until these pods are created and 10 s of back-off", () => {
    assert.deepEqual(summarize({ requests: 4, loss: "frozen" }), [109, 109, 109]);
  });

  test("without a takeover never run again", () => {
    const rules = { ...DESIGN, takeover: "never" } as const;
    assert.deepEqual(secondsToRunElsewhere({ requests: 1, loss: "frozen", rules }, 1), []);
  });
});

describe("a request inserted while a lost node stays in the cluster", () => {
  for (const { pollingInterval, most } of [
    { pollingInterval: 5, most: 61 },
    { pollingInterval: 30, most: 101 },
  ]) {
    for (const requests of [3, 8, 10]) {
      test(`that had ${requests} of at most 10 Jobs is claimed within ${most} s at a poll every ${pollingInterval} s`, (t) => {
        let longest = 0;
        let stuck = 0;
        for (let run = 0; run < RUNS / 2; run++) {
          const late = run % pollingInterval;
          const random = () => ((run * 7 + simulation.created * 13) % 10) / 10;
          const simulation = loseNode({ requests }, { late, random });
          const insertedAt = 300 + late;
          const claimedAt = runFairly(simulation, {
            seconds: insertedAt + 600,
            pollingInterval,
            podStart: POD_START,
            work: workFor45Seconds(simulation),
            event: (second) => {
              if (second === insertedAt) simulation.queue.insert(1);
            },
            done: (second) => second > insertedAt && simulation.queue.waiting.length === 0,
          });
          longest = Math.max(longest, claimedAt - insertedAt);
          stuck = Math.max(stuck, simulation.stuck.length);
        }
        t.diagnostic(`${longest} s, ${stuck} Jobs stuck`);
        assert.ok(longest <= most);
      });
    }
  }
});

describe("idle Jobs after a node is lost for good, with requests inserted 1, 60 and 150 s later", () => {
  for (const pollingInterval of [5, 10, 30]) {
    for (const requests of [2, 4, 8, 10]) {
      test(`${requests} of at most 10, a poll every ${pollingInterval} s: at most 17 at the 95th percentile, and at most 40`, (t) => {
        const counts = idleJobs({ pollingInterval, requests }, RUNS);
        const [p50, p95, most = Number.NaN] = [percentile(counts, 0.5), percentile(counts, 0.95), counts.at(-1)];
        t.diagnostic(`median ${p50}, 95th percentile ${p95}, at most ${most}`);
        assert.ok(p95 <= 17 && most <= 40);
      });
    }
  }

  test("if idle Jobs do not cancel presumptions, there are more than 40", () => {
    const rules = { ...DESIGN, absence: "permanent" } as const;
    assert.ok(percentile(idleJobs({ requests: 2, rules }, 200), 0.95) > 40);
  });
});

describe("a node that has returned", () => {
  for (const [fencing, ends] of [
    [true, ["FAILED", "SUCCESS"]],
    [false, ["FAILED", "FAILED", "SUCCESS"]],
  ] as const) {
    test(`is too late: its zombie's writes ${fencing ? "change nothing" : "would count without fencing"}`, () => {
      const simulation = loseNode({ maxReplicaCount: 2, requests: 1, rules: { ...DESIGN, fencing } });
      const [zombie] = simulation.pods.values();
      runFairly(simulation, { seconds: 60, work: () => "neverEnds" });
      simulation.recoverNode();
      while (zombie?.key) simulation.step(zombie, "throws");
      runFairly(simulation, { seconds: 60 });
      assert.deepEqual(
        simulation.queue.history.map(({ status }) => status),
        ends,
      );
    });
  }
});

describe("a request whose worker crashed", () => {
  for (const { podStart, by } of [
    { podStart: 2, by: "its own Job" },
    { podStart: 4, by: "its own Job" },
    { podStart: 8, by: "the Job that was started for it" },
    { podStart: 11, by: "the Job that was started for it" },
  ]) {
    test(`is claimed by ${by} if pods claim ${podStart} s after they are due`, () => {
      const simulation = loseNode({ maxReplicaCount: 2, requests: 1 });
      simulation.recoverNode();
      const [pod] = simulation.pods.values();
      if (pod) simulation.kill(pod);
      const claimed = () => simulation.running.find(({ key }) => key !== undefined);
      runFairly(simulation, { seconds: 60, podStart, work: () => "neverEnds", done: () => claimed() !== undefined });
      assert.equal(claimed()?.args.jobName === "job-0" ? "its own Job" : "the Job that was started for it", by);
    });
  }
});

test("a deleted Job whose pod continues until its grace period ends costs an idle Job at each poll", () => {
  const simulation = loseNode({ requests: 1 });
  simulation.recoverNode();
  for (const job of simulation.unfinished) simulation.deleteJob(job);
  runFairly(simulation, { seconds: 60, work: () => "neverEnds" });
  assert.equal(simulation.created, 1 + 7);
});
