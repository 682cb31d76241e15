import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createJob, type JobState } from "../../simulator/jobController.ts";
import { clapTable, jobsTable, progressBar, progressLines, summaryLines } from "./report.ts";
import type { Result } from "./result.ts";

const PROGRESS = { waiting: 40, running: 10, reserved: 2, success: 7, dead: 1 };
const JOBS = [job("a", "Running", 0), job("b", "Complete", 0, 1), job("c", "Failed", 0, 1)];

const RESULT = { requests: 60, success: 60, dead: 0, jobs: 60, idleJobs: 0, peakJobs: 10, attempts: 60, seconds: 13.4 };

const ROW = {
  id: "1",
  status: "SUCCESS",
  session_id: 7,
  creation_date: "2026-11-25",
  creation_time: "01:00:00",
  end_time: "01:00:02",
  iteration: 1,
} as const;

function job(name: string, status: JobState["status"], createdAt: number, finishedAt?: number): JobState {
  return { ...createJob(name, createdAt), status, finishedAt, pods: 1 };
}

describe("a run's report", () => {
  test("ends in one line", () => {
    assert.deepEqual(summaryLines(RESULT), [
      "60 requests: 60 SUCCESS, 0 DEAD | 60 Jobs, 0 idle, at most 10 at once | 60 attempts | 13.4 s",
    ]);
  });

  test("uses the singular for one request, one Job and one attempt", () => {
    const one = { ...RESULT, requests: 1, success: 1, jobs: 1, peakJobs: 1, attempts: 1 };
    assert.deepEqual(summaryLines(one), [
      "1 request: 1 SUCCESS, 0 DEAD | 1 Job, 0 idle, at most 1 at once | 1 attempt | 13.4 s",
    ]);
    assert.deepEqual(clapTable([ROW], 12).at(-1), "(1 row)");
  });

  test("shows the waiting, running, reserved and finished requests, and the state of Jobs", () => {
    assert.deepEqual(progressLines(PROGRESS, JOBS, 3.21), [
      "   3.2 s  waiting 40  running 10  reserved 2  done 7  dead 1  |  Jobs: 1 running, 1 complete, 1 failed",
    ]);
    assert.deepEqual(progressLines(PROGRESS, JOBS, 3.21, 79), [
      "   3.2 s  waiting 40  running 10  reserved 2  done 7  dead 1",
      "Jobs: 1 running, 1 complete, 1 failed",
    ]);
  });

  for (const width of [20, 39, 64, 79, 100]) {
    test(`fits into ${width} columns whatever its numbers, without omitting any`, () => {
      const most = { waiting: 99_999, running: 200, reserved: 200, success: 99_999, dead: 99_999 };
      const big = Object.fromEntries(Object.keys(RESULT).map((name) => [name, 99_999])) as unknown as Result;
      const progress = progressLines(most, JOBS, 99_999.9, width);
      // The summary's part about Jobs has 45 characters, and no part is divided.
      const summary = summaryLines(big, width);
      for (const line of progress) assert.ok(line.length <= width, line);
      for (const line of summary) assert.ok(line.length <= Math.max(width, 45), line);
      assert.match(progress.join(" "), /99999\.9 s.*waiting 99999.*running 200.*reserved 200.*done 99999.*dead 99999/);
      assert.match(progress.join(" "), /Jobs: 1 running.*1 complete.*1 failed/);
      assert.match(summary.join(" "), /99999 SUCCESS, 99999 DEAD.*99999 Jobs, 99999 idle.*99999 attempts.*99999\.0 s/);
    });
  }

  test("shows clap within 79 columns for ids of up to six digits, and omits the least important columns on narrower terminals", () => {
    const rows = [{ ...ROW, id: "100000", session_id: 2_147_483_647 }];
    for (const width of [79, 60, 45, 30]) {
      const lines = clapTable(rows, 12, width);
      for (const line of lines) assert.ok(line.length <= width, line);
      assert.match(lines[0] ?? "", /^id +status .*iteration$/);
    }
    assert.match(clapTable(rows, 12, 79)[0] ?? "", /session_id {2}creation_date {2}creation_time {2}end_time/);
  });

  test("draws a bar of exactly the given width, whatever the shares", () => {
    const drawn = (progress: typeof PROGRESS, width: number) =>
      progressBar(progress, width)
        .map(({ cells }) => cells)
        .join("");
    for (const width of [1, 7, 60]) assert.equal(drawn(PROGRESS, width).length, width);
    assert.equal(drawn({ waiting: 0, running: 0, reserved: 0, success: 0, dead: 0 }, 10), "");
  });

  test("shows Jobs as kubectl does, unfinished ones last", () => {
    const jobs = [job("postgres-batch-a", "Running", 0), job("postgres-batch-b", "Complete", 1_000, 3_000)];
    assert.deepEqual(jobsTable(jobs, 125_000, 10), [
      "NAME               STATUS     COMPLETIONS   DURATION   AGE    PODS",
      "postgres-batch-b   Complete   1/1           2s         2m4s   1",
      "postgres-batch-a   Running    0/1           2m5s       2m5s   1",
    ]);
  });

  test("shows the age of Jobs as kubectl does: exact at first, later to the minute, the hour or the day", () => {
    const ages = {
      "119": "119s",
      "120": "2m",
      "599": "9m59s",
      "605": "10m",
      "10799": "179m",
      "10860": "3h1m",
      "14400": "4h",
    };
    const longer = { "28859": "8h", "172799": "47h", "172800": "2d", "180000": "2d2h", "604800": "7d" };
    for (const [seconds, age] of Object.entries({ ...ages, ...longer })) {
      assert.match(jobsTable([job("a", "Running", 0)], 1_000 * Number(seconds), 1)[1] ?? "", new RegExp(` ${age} +1$`));
    }
  });

  test("shows clap as psql does, and omits the middle of a long one", () => {
    const lines = clapTable(
      Array.from({ length: 60 }, (_, index) => ({ ...ROW, id: String(index + 1) })),
      4,
    );
    assert.equal(lines.length, 1 + 2 + 1 + 2 + 1);
    assert.deepEqual(
      lines.map((line) => line.split(/ {2,}/)[0]),
      ["id", "1", "2", "[...]", "59", "60", "(60 rows)"],
    );
  });
});
