import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createJob, type JobState } from "../../simulator/jobController.ts";
import { clapTable, closingLine, jobsTable, progressBar, progressLine } from "./report.ts";

const PROGRESS = { waiting: 40, running: 10, held: 2, success: 7, dead: 1 };

function job(name: string, status: JobState["status"], createdAt: number, finishedAt?: number): JobState {
  return { ...createJob(name, createdAt), status, finishedAt, pods: 1 };
}

describe("a run's report", () => {
  test("ends in one line", () => {
    const result = {
      requests: 60,
      success: 60,
      dead: 0,
      jobs: 60,
      idleJobs: 0,
      peakJobs: 10,
      attempts: 60,
      seconds: 13.4,
    };
    assert.equal(
      closingLine(result),
      "60 requests: 60 SUCCESS, 0 DEAD | 60 Jobs, 0 idle, at most 10 at once | 60 attempts | 13.4 s",
    );
  });

  test("tells what waits, runs, is held and is done, and how the Jobs are", () => {
    assert.equal(
      progressLine(PROGRESS, [job("a", "Running", 0), job("b", "Complete", 0, 1), job("c", "Failed", 0, 1)], 3.21),
      "   3.2 s  waiting 40  running 10  held 2  done 7  dead 1  |  Jobs: 1 running, 1 complete, 1 failed",
    );
  });

  test("draws a bar of exactly its width, whatever the shares", () => {
    const drawn = (progress: typeof PROGRESS, width: number) =>
      progressBar(progress, width)
        .map(({ cells }) => cells)
        .join("");
    for (const width of [1, 7, 60]) assert.equal(drawn(PROGRESS, width).length, width);
    assert.equal(drawn({ waiting: 0, running: 0, held: 0, success: 0, dead: 0 }, 10), "");
  });

  test("shows Jobs as kubectl does, unfinished ones last", () => {
    const jobs = [job("postgres-batch-a", "Running", 0), job("postgres-batch-b", "Complete", 1_000, 3_000)];
    assert.deepEqual(jobsTable(jobs, 125_000, 10), [
      "NAME               STATUS     COMPLETIONS   DURATION   AGE    PODS",
      "postgres-batch-b   Complete   1/1           2s         2m4s   1",
      "postgres-batch-a   Running    0/1           2m5s       2m5s   1",
    ]);
  });

  test("shows clap as psql does, and leaves out the middle of a long one", () => {
    const row = {
      status: "SUCCESS",
      session_id: 7,
      creation_date: "2026-11-25",
      creation_time: "01:00:00",
      end_time: "01:00:02",
      attempt: 1,
    } as const;
    const lines = clapTable(
      Array.from({ length: 60 }, (_, index) => ({ ...row, id: String(index + 1) })),
      4,
    );
    assert.equal(lines.length, 1 + 2 + 1 + 2 + 1);
    assert.deepEqual(
      lines.map((line) => line.split(/ {2,}/)[0]),
      ["id", "1", "2", "[...]", "59", "60", "(60 rows)"],
    );
  });
});
