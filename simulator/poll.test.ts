import assert from "node:assert/strict";
import { test } from "node:test";
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
