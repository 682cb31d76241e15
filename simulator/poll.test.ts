import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../worker/src/database.ts";
import { createJob, type JobState } from "./jobController.ts";
import { poll } from "./poll.ts";

test("a Job that ends while the query runs, which still counted its request, is not replaced", async () => {
  const polling = new AbortController();
  const jobs: JobState[] = [createJob("first", 0), createJob("second", 0)];
  let created = 0;
  let polls = 0;
  const cluster = {
    get unfinishedJobs() {
      return jobs;
    },
    createJob: () => void created++,
  };
  const database: Pick<Database, "run"> = {
    async run<Row>() {
      polls++;
      if (polls > 1) polling.abort();
      jobs.pop();
      return [{ jobs: "2" }] as Row[];
    },
  };
  const settings = { requestsPerJob: 1, maxReplicaCount: 10, pollingInterval: 0 };
  await poll(settings, database as Database, cluster, polling.signal);
  assert.deepEqual({ polls, created }, { polls: 2, created: 0 });
});

test("a poll that took longer than several intervals is followed by one poll at once, not by all that were missed", async () => {
  const polling = new AbortController();
  const pollingInterval = 0.1;
  const starts: number[] = [];
  const cluster = { unfinishedJobs: [createJob("first", 0)], createJob: () => undefined };
  const database: Pick<Database, "run"> = {
    async run<Row>() {
      starts.push(performance.now());
      if (starts.length === 1) await sleep(5 * 1_000 * pollingInterval);
      if (starts.length === 3) polling.abort();
      return [{ jobs: "1" }] as Row[];
    },
  };
  await poll({ requestsPerJob: 1, maxReplicaCount: 1, pollingInterval }, database as Database, cluster, polling.signal);
  const [, second = 0, third = 0] = starts;
  // A timer may end a millisecond early.
  const passed = third - second;
  assert.ok(passed >= 1_000 * pollingInterval - 5, `the third poll began ${passed} ms after the second`);
});
