import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createDirectory, shell } from "../../tests/support/commandAttempt.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { until } from "../../tests/support/until.ts";
import { endProcesses } from "../src/command/endProcesses.ts";
import { listProcesses, type ProcessEntry, readProcFile } from "../src/command/processTable.ts";
import { TIMEOUT_REASON } from "../src/retryLimits.ts";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const database = await createTestDatabase();
await database.query(
  "create table pages (id bigint generated always as identity primary key, price numeric, text text)",
);
await database.query("select batch.attach('pages', 'page')");
const directory = createDirectory();
let jobs = 0;

interface Pod {
  readonly runner: ReturnType<typeof startRunner>;
  readonly ended: Promise<number>;
  /** What it printed so far. */
  output(): string;
}

function startRunner(command: readonly string[], env: NodeJS.ProcessEnv) {
  const variables = {
    ...process.env,
    ...database.env,
    KIND: "page",
    JOB_NAME: `job-${++jobs}`,
    POD_NAME: `pod-${jobs}`,
    COMMAND: JSON.stringify(command),
    COMMAND_DIRECTORY: directory,
    BACKOFF_SECONDS: "0.1",
    ...env,
  };
  return spawn(process.execPath, [MAIN], { env: variables, stdio: ["ignore", "pipe", "ignore"] });
}

/** Starts a pod whose work is a shell script. */
function start(script: string, env: NodeJS.ProcessEnv = {}): Pod {
  const runner = startRunner(shell(script), env);
  let output = "";
  runner.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  return { runner, ended: once(runner, "close").then(([code]) => code ?? 137), output: () => output };
}

const insert = (count = 1) =>
  database.query("insert into pages (price) select 1.10 from generate_series(1, $1)", [count]);
const attempts = () =>
  database.query("select attempt, status, reason, error, result from batch.attempt order by request_id, attempt");
const last = async () => (await attempts()).at(-1);

describe("a command as the work", { timeout: 120_000 }, () => {
  beforeEach(async () => {
    await database.query("truncate pages restart identity");
    await database.query("delete from batch.queue");
    await database.query("delete from batch.history");
    await database.query("delete from batch.job");
  });

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
      const { error, ...recorded } = (await last()) ?? {};
      assert.deepEqual(recorded, { attempt: 1, status, reason, result: null });
      assert.match(String(error), /(exit code \d+|ended by SIG\w+): why$/);
    });
  }

  for (const [what, script] of [
    ["obeys", "trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done"],
    ["ignores SIGTERM", "trap '' TERM; echo ready; while :; do sleep 0.01; done"],
    [
      "is stopped (SIGSTOP)",
      "(until grep -q '^State:.T' /proc/$$/status; do sleep 0.01; done; echo ready) & kill -STOP $$",
    ],
  ] as const) {
    test(`SIGTERM to a pod whose command ${what}: interrupted, within the grace period`, async () => {
      await insert();
      const pod = start(script, { GRACE_SECONDS: "2" });
      await until("the command runs", () => pod.output().includes("ready"));
      const stoppedAt = performance.now();
      pod.runner.kill("SIGTERM");
      assert.equal(await pod.ended, 4);
      assert.ok(performance.now() - stoppedAt < 2_000);
      const { status, reason } = (await last()) ?? {};
      assert.deepEqual([status, reason], ["FAILED", "interrupted"]);
    });
  }

  test("a command that is stopped (SIGSTOP) fails at its timeout", async () => {
    await insert();
    assert.equal(await start("kill -STOP $$", { TIMEOUT_SECONDS: "0.5" }).ended, 1);
    const { reason, error } = (await last()) ?? {};
    assert.equal(reason, TIMEOUT_REASON);
    assert.match(String(error), /^timed out after 0\.5 s/);
  });

  for (const [end, reason, error] of [
    ["exit 1", "error", "exit code 1: why"],
    ["exit 75", "deferred", "exit code 75: why"],
  ] as const) {
    for (const stop of ["its timeout", "SIGTERM"]) {
      test(`${end} before ${stop} keeps its own reason, however long the log takes to accept its output`, async () => {
        await insert();
        const ending = join(directory, `ending-${jobs}`);
        const script = `head -c 260000 /dev/zero; echo why >&2; echo > ${ending}; ${end}`;
        const env = { TIMEOUT_SECONDS: stop === "SIGTERM" ? "0" : "2", DEFERRAL_LIMIT: "1" };
        const { runner, ended } = start(script, env);
        runner.stdout.pause();
        await until("the command ends", () => existsSync(ending));
        await until("it has ended", () => !listProcesses().some(isRunningChild));
        if (stop === "SIGTERM") runner.kill("SIGTERM");
        const found = await until("the attempt is recorded", async () => {
          const attempt = await last();
          return attempt?.status === "RUNNING" ? undefined : attempt;
        });
        assert.deepEqual([found.reason, found.error], [reason, error]);
        runner.stdout.resume();
        await ended;

        function isRunningChild({ parent }: ProcessEntry): boolean {
          return parent === runner.pid;
        }
      });
    }
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
    assert.deepEqual(
      (await attempts()).map(({ status, result }) => [status, result]),
      [1, 2, 3].map((id) => ["SUCCESS", id]),
    );
    assert.doesNotMatch(pod.output(), /^left$/m);
    const ours = listProcesses().filter(({ pid }) => readProcFile(pid, "environ")?.includes(directory));
    assert.deepEqual(
      ours.filter(({ ended }) => !ended),
      [],
    );
  });

  test("a line of the runner's log that falls into an unfinished line of the command is whole", async () => {
    await insert();
    const seen = join(createDirectory(), "seen");
    const wait = `while [ ! -e ${seen} ]; do sleep 0.01; done`;
    const { ended, output } = start(`echo '{' > $BATCH_PROGRESS_FILE; printf begun; ${wait}; printf ' and ended'`);
    await until("the fault is logged", () => output().includes("the progress file was ignored"));
    writeFileSync(seen, "");
    assert.equal(await ended, 0);
    assert.deepEqual(
      output()
        .trim()
        .split("\n")
        .map((line) => (line.startsWith("{") ? JSON.parse(line).message : line)),
      ["started", "begun", "the progress file was ignored", " and ended", "succeeded"],
    );
  });

  test("a log that is closed does not fail the work", async () => {
    await insert();
    const { runner, ended } = start("head -c 1000000 /dev/zero; echo 1 > $BATCH_RESULT_FILE");
    runner.stdout.destroy();
    assert.equal(await ended, 0);
    assert.equal((await last())?.status, "SUCCESS");
  });

  test("blocks nothing: a runner keeps its claim while the command burns every CPU", async () => {
    await insert();
    const spin = "for i in 1 2 3 4 5 6 7 8; do while :; do :; done & done; sleep 4";
    assert.equal(await start(spin, { LEASE_SECONDS: "1" }).ended, 0);
    assert.deepEqual(
      (await attempts()).map(({ status }) => status),
      ["SUCCESS"],
    );
  });
});
