import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  backoffDelay,
  createJob,
  deletedPodEnded,
  isPodDue,
  isUnfinished,
  type JobState,
  newJobName,
  newPodName,
  podDeleted,
  podEnded,
  podStarted,
} from "./jobController.ts";

const CREATED_AT = 1_000_000;
const backoff = { backoffLimit: 2, backoffSeconds: 10 };

const created = createJob("a", CREATED_AT);

/** The Job after some failed pods, each failing at once and followed by the next as soon as it was due. */
function failed(times: number, settings = backoff): JobState {
  let job = created;
  for (let time = 0; time < times; time++) job = podEnded(podStarted(job, `a-${time}`), 1, job.nextPodAt, settings);
  return job;
}

describe("a Job", () => {
  test("has its first pod at once", () => {
    assert.ok(isPodDue(created, CREATED_AT));
    assert.equal(created.pods, 0);
  });

  test("starts no pod while one is running, however long that takes", () => {
    const job = podStarted(created, "a-1");
    assert.equal(job.activePod, "a-1");
    assert.equal(isPodDue(job, CREATED_AT + 86_400_000), false);
    const message = /^Error: a must be unfinished and without a pod .*; got Running with a-1$/;
    assert.throws(() => podStarted(job, "a-2"), message);
  });

  test("is Complete when a pod ends with exit code 0, also after failures, and starts no other", () => {
    for (const failures of [0, 1, 2]) {
      const before = failed(failures);
      const job = podEnded(podStarted(before, "a-last"), 0, before.nextPodAt + 7, backoff);
      assert.equal(job.status, "Complete");
      assert.equal(job.finishedAt, before.nextPodAt + 7);
      assert.equal(job.failedPods, failures);
      assert.equal(job.pods, failures + 1);
      assert.equal(isUnfinished(job), false);
      assert.equal(isPodDue(job, job.nextPodAt + 600_000), false);
      assert.throws(() => podStarted(job, "a-more"), /got Complete with undefined$/);
    }
  });

  for (const backoffLimit of [0, 1, 4]) {
    test(`with backoffLimit ${backoffLimit} is Failed after its failed pod ${backoffLimit + 1}, and starts no other`, () => {
      const settings = { backoffLimit, backoffSeconds: 10 };
      assert.ok(isUnfinished(failed(backoffLimit, settings)));
      const job = failed(backoffLimit + 1, settings);
      assert.equal(job.status, "Failed");
      assert.equal(job.pods, backoffLimit + 1);
      assert.equal(job.finishedAt, failed(backoffLimit, settings).nextPodAt);
      assert.equal(isPodDue(job, job.nextPodAt + 600_000), false);
    });
  }

  test("counts a pod that ends with any exit code but 0 as failed", () => {
    for (const exitCode of [1, 2, 3, 4, 70, 137]) {
      assert.equal(podEnded(podStarted(created, "a-1"), exitCode, CREATED_AT, backoff).failedPods, 1);
    }
  });

  test("in back-off is unfinished, and starts no pod before its delay since the failed pod's end is over", () => {
    const job = podEnded(podStarted(created, "a-1"), 1, CREATED_AT + 40_000, backoff);
    assert.ok(isUnfinished(job));
    assert.equal(job.finishedAt, undefined);
    assert.equal(isPodDue(job, CREATED_AT + 49_999), false);
    assert.ok(isPodDue(job, CREATED_AT + 50_000));
  });

  test("cannot have a pod end when it has none", () => {
    assert.throws(() => podEnded(created, 0, CREATED_AT, backoff), /^Error: a must have a pod .*; got none$/);
  });

  test("whose pod is deleted counts it as failed at once, and starts the next one alongside after the back-off", () => {
    const job = podDeleted(podStarted(created, "a-1"), CREATED_AT, backoff);
    assert.deepEqual([job.failedPods, job.terminatingPods], [1, 1]);
    assert.equal(isPodDue(job, CREATED_AT + 9_999), false);
    assert.ok(isPodDue(job, CREATED_AT + 10_000));
    assert.deepEqual(deletedPodEnded(job, CREATED_AT + 5_000), { ...job, terminatingPods: 0 });
    assert.throws(() => deletedPodEnded(created, CREATED_AT), /^Error: a must have a deleted pod .*; got none$/);
  });

  test("whose result is decided stays unfinished, without another pod, until every deleted pod has ended", () => {
    const deleted = podDeleted(podStarted(created, "a-1"), CREATED_AT, backoff);
    const succeeded = podEnded(podStarted(deleted, "a-2"), 0, CREATED_AT + 20_000, backoff);
    const exhausted = podDeleted(podStarted(created, "a-1"), CREATED_AT, { ...backoff, backoffLimit: 0 });
    for (const [job, status] of [
      [succeeded, "Complete"],
      [exhausted, "Failed"],
    ] as const) {
      assert.ok(isUnfinished(job));
      assert.equal(isPodDue(job, CREATED_AT + 600_000), false);
      assert.throws(() => podStarted(job, "a-3"));
      const { finishedAt, ...ended } = deletedPodEnded(job, CREATED_AT + 99_000);
      assert.deepEqual([ended.status, finishedAt], [status, CREATED_AT + 99_000]);
    }
  });

  test("is never changed in place", () => {
    const frozen = Object.freeze(createJob("a", CREATED_AT));
    podEnded(Object.freeze(podStarted(frozen, "a-1")), 1, CREATED_AT, backoff);
    assert.deepEqual(frozen, created);
  });
});

describe("backoffDelay", () => {
  const rows = [
    { base: 10, seconds: [0, 10, 20, 40, 80, 160, 320, 600, 600, 600] },
    { base: 0.5, seconds: [0, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600] },
    { base: 600, seconds: [0, 600, 600] },
    { base: 0, seconds: [0, 0, 0, 0] },
  ];
  for (const { base, seconds } of rows) {
    test(`from ${base} s is ${seconds.join(", ")} s after 0, 1, 2, ... failures`, () => {
      const delays = seconds.map((_, failures) => backoffDelay(failures, base));
      const expected = seconds.map((each) => 1_000 * each);
      assert.deepEqual(delays, expected);
    });
  }

  test("stays 600 s after a thousand failures, and 0 s if the base is 0", () => {
    assert.equal(backoffDelay(1_000, 10), 600_000);
    assert.equal(backoffDelay(1_000, 0), 0);
  });
});

describe("names", () => {
  test("are the ScaledJob's for a Job and the Job's for a pod, each with five of Kubernetes' characters", () => {
    for (let time = 0; time < 100; time++) {
      const job = newJobName();
      assert.match(job, /^postgres-batch-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
      assert.match(newPodName(job), new RegExp(`^${job}-[bcdfghjklmnpqrstvwxz2456789]{5}$`));
    }
  });
});
