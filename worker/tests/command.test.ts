import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, test } from "node:test";
import { createCommandPods } from "../../tests/support/commandPods.ts";
import { createFolder } from "../../tests/support/createFolder.ts";
import { until } from "../../tests/support/until.ts";
import { endProcesses } from "../src/command/endProcesses.ts";
import { listProcesses, type ProcessEntry, readProcFile } from "../src/command/processTable.ts";

const { database, directory, insert, attempts, lastAttempt, start, reset } = await createCommandPods();

describe("a command as the work", { timeout: 120_000 }, () => {
  beforeEach(reset);

  test("gets the row as PostgreSQL has it, and its result is stored with SUCCESS", async () => {
    await database.query("insert into pages (price, text) values (9007199254740993.10, 'né')");
    const pod = start("cp $BATCH_REQUEST_FILE $BATCH_RESULT_FILE");
    assert.equal(await pod.ended, 0);
    assert.deepEqual(await database.query("select status, result::text from batch.request"), [
      { status: "SUCCESS", result: '{"id": 1, "text": "né", "price": 9007199254740993.10}' },
    ]);
  });

  for (const [end, status, reason, exitCode] of [
    ["exit 1", "FAILED", "error", 1],
    ["exit 65", "DEAD", "error", 2],
    ["exit 3", "DEAD", "error", 2],
    ["exit 75", "FAILED", "deferred", 0],
    ["kill -SEGV $$", "FAILED", "crashed", 1],
    ["kill -KILL $$", "FAILED", "crashed", 1],
  ] as const) {
    test(`${end} is recorded at once: ${status}, ${reason}, with the end of stderr; the pod exits with ${exitCode}`, async () => {
      await insert();
      const pod = start(`echo why >&2; ${end}`, { FINAL_EXIT_CODES: "3", DEFERRAL_LIMIT: "5" });
      assert.equal(await pod.ended, exitCode);
      const { error, ...recorded } = (await lastAttempt()) ?? {};
      assert.deepEqual(recorded, { attempt: 1, status, reason, result: null });
      assert.match(String(error), /(exit code \d+|ended by SIG\w+): why$/);
    });
  }

  test("a checkpoint survives SIGKILL of the runner, and the next attempt finds it", async () => {
    await insert();
    // With SIGKILL the command goes on; a container's end would end it too, here endProcesses finds it by this variable.
    const env = { JOB_NAME: "checkpoint", COMMAND_ENV_MARK: "checkpoint" };
    const pod = start("echo '{\"chunk\": 7}' > $BATCH_CHECKPOINT_FILE; while :; do sleep 0.01; done", env);
    await until("the checkpoint is stored", async () =>
      (await database.query("select from batch.queue where checkpoint is not null")).at(0),
    );
    pod.runner.kill("SIGKILL");
    await pod.ended;
    assert.deepEqual(await endProcesses({ mark: "MARK=checkpoint" }, new AbortController().signal), []);
    const next = start("cat $BATCH_CHECKPOINT_FILE", env);
    assert.equal(await next.ended, 0);
    assert.match(next.output(), /^\{ ?"chunk": ?7\}$/m);
  });

  test("processes requestsPerJob requests; nothing of one is visible to the next", async () => {
    await insert(4);
    const script = "ls -A $TMPDIR; touch $TMPDIR/left; setsid sleep 100 & echo $BATCH_REQUEST_ID > $BATCH_RESULT_FILE";
    const pod = start(script, { REQUESTS_PER_JOB: "3" });
    assert.equal(await pod.ended, 0);
    const results = (await attempts()).map(({ status, result }) => [status, result]);
    const expected = [1, 2, 3].map((id) => ["SUCCESS", id]);
    assert.deepEqual(results, expected);
    assert.doesNotMatch(pod.output(), /^left$/m);
    const isOurs = ({ pid, ended }: ProcessEntry) => !ended && readProcFile(pid, "environ")?.includes(directory);
    assert.deepEqual(listProcesses().filter(isOurs), []);
  });

  test("a line of the runner's log that falls into an unfinished line of the command is whole", async () => {
    await insert();
    const seen = join(createFolder(), "seen");
    const wait = `while [ ! -e ${seen} ]; do sleep 0.01; done`;
    const { ended, output } = start(`echo '{' > $BATCH_PROGRESS_FILE; printf begun; ${wait}; printf ' and ended'`);
    await until("the fault is logged", () => output().includes("the progress file was ignored"));
    writeFileSync(seen, "");
    assert.equal(await ended, 0);
    const lines = output().trim().split("\n");
    const texts = lines.map((line) => (line.startsWith("{") ? JSON.parse(line).message : line));
    assert.deepEqual(texts, ["started", "begun", "the progress file was ignored", " and ended", "succeeded"]);
  });

  test("a log that is closed does not fail the work", async () => {
    await insert();
    const { runner, ended } = start("head -c 1000000 /dev/zero; echo 1 > $BATCH_RESULT_FILE");
    runner.stdout.destroy();
    assert.equal(await ended, 0);
    assert.equal((await lastAttempt())?.status, "SUCCESS");
  });

  test("blocks nothing: a runner keeps its claim while the command burns every CPU", async () => {
    await insert();
    const spin = `for cpu in $(seq ${2 * availableParallelism()}); do while :; do :; done & done; sleep 2.5`;
    assert.equal(await start(spin, { LEASE_SECONDS: "1" }).ended, 0);
    const statuses = (await attempts()).map(({ status }) => status);
    assert.deepEqual(statuses, ["SUCCESS"]);
  });
});
