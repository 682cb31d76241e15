import assert from "node:assert/strict";
import files from "node:fs/promises";
import { describe, test } from "node:test";
import { type CommandAttempt, runScript } from "../../../tests/support/commandAttempt.ts";
import { replaceFiles } from "../../../tests/support/replaceFiles.ts";
import { InterruptedError } from "../errors.ts";

/** Shell functions that write a file as the contract requires, and wait until the runner has read it. */
const FUNCTIONS = `
  put() { printf '%s' "$2" > $1.new; mv $1.new $1; }
  progress() { put $BATCH_PROGRESS_FILE "$1"; }
  checkpoint() { put $BATCH_CHECKPOINT_FILE "$1"; }
  poll() { sleep 1.2; }
`;

const run = (script: string, more?: CommandAttempt) => runScript(FUNCTIONS + script, more);

/** Runs a script whose previous attempt has saved this checkpoint. */
const runAfter = (checkpointJson: string, script: string) => run(script, { context: { checkpointJson } });

// Together: nearly all of their time is waiting for the runner's next look.
describe("the files of a command", { concurrency: 4 }, () => {
  test("progress is passed on at most once a second, whenever it has changed", async () => {
    const { progress } = await run(`
    progress '{"done": 1, "total": 3}'; poll; poll
    progress '{"done": 2.5}'; progress '{"done": 3, "total": 3.0, "unit": "pages"}'
  `);
    assert.deepEqual(progress, [
      [1, 3],
      [3, 3],
    ]);
  });

  test("the command finds the last checkpoint; what it writes instead is saved", async () => {
    const script = "cat $BATCH_CHECKPOINT_FILE; checkpoint '{\"chunk\": 8}'";
    const { stdout, checkpoints } = await runAfter('{"chunk":7}', script);
    assert.equal(stdout.toString(), '{"chunk":7}\n');
    assert.deepEqual(checkpoints, [{ chunk: 8 }]);
  });

  test("the first attempt has no checkpoint file; an unchanged one is not saved again", async () => {
    const first = await run("ls $BATCH_CHECKPOINT_FILE 2>/dev/null");
    assert.equal(first.stdout.toString(), "");
    const unchanged = await runAfter("[1]", "poll; touch $BATCH_CHECKPOINT_FILE");
    assert.deepEqual(unchanged.checkpoints, []);
  });

  test("a checkpoint of 64 KiB is not too large for the next attempt, although PostgreSQL has added spaces", async () => {
    const stored = `[${"1, ".repeat(32_766)}1]`;
    const { log, stdout } = await runAfter(stored, "wc -c < $BATCH_CHECKPOINT_FILE; poll");
    assert.deepEqual([log, Number(stdout)], [[], 65_535]);
  });

  for (const [what, stored] of [
    ["nested deeper than a file may be", `${"[".repeat(300)}${"]".repeat(300)}`],
    ["larger, as PostgreSQL writes it, than a file may be", `[1${"0".repeat(70_000)}]`],
  ] as const) {
    test(`a last checkpoint that is ${what} is no fault of the command, which has not changed it; another one is`, async () => {
      const unchanged = await runAfter(stored, "poll; cat $BATCH_CHECKPOINT_FILE; poll; checkpoint 5");
      assert.deepEqual([unchanged.log, unchanged.checkpoints], [[], [5]]);
      assert.equal(unchanged.stdout.toString().trim(), stored);
      const changed = await runAfter(stored, 'put $BATCH_CHECKPOINT_FILE "$(cat $BATCH_CHECKPOINT_FILE) "');
      const messages = changed.log.map(({ message }) => message);
      assert.deepEqual(messages, ["the checkpoint file was ignored"]);
    });
  }

  test("checkpoints are saved at most once a second, and the last one always", async () => {
    const startedAt = performance.now();
    const { checkpoints } = await run("for i in $(seq 200); do checkpoint $i; sleep 0.005; done");
    const seconds = (performance.now() - startedAt) / 1_000;
    assert.equal(checkpoints.at(-1), 200);
    assert.ok(checkpoints.length <= 2 + seconds, `${checkpoints.length} in ${seconds} s`);
  });

  for (const [how, script, signal] of [
    ["fails", "checkpoint 5; exit 1"],
    ["crashes", "checkpoint 5; kill -KILL $$"],
    ["is interrupted", "trap 'checkpoint 5; exit 143' TERM; echo ready; while :; do sleep 0.01; done", "SIGTERM"],
    ["is killed", "checkpoint 5; trap '' TERM; echo ready; while :; do sleep 0.01; done", "SIGKILL"],
  ] as const) {
    test(`the last checkpoint is saved when the command ${how}`, async () => {
      const kill = new AbortController();
      const { checkpoints, result } = await run(script, {
        context: { killSignal: kill.signal },
        stopFor: new InterruptedError("SIGTERM"),
        onOutput: () => signal === "SIGKILL" && kill.abort(),
      });
      assert.deepEqual(checkpoints, [5]);
      assert.notEqual(result.outcome, "succeeded");
    });
  }

  for (const [what, script] of [
    ["not JSON", "put $FILE '{\"done\": 1'"],
    ["empty", ": > $FILE"],
    ["more than 64 KiB", "head -c 70000 /dev/zero | tr '\\0' 1 > $FILE"],
    ["a folder", "mkdir $FILE"],
    ["a FIFO", "mkfifo $FILE"],
    ["an endless device", "ln -s /dev/zero $FILE"],
    ["not UTF-8", "printf '\"\\377\"' > $FILE"],
    ["text that PostgreSQL cannot store", "put $FILE '\"\\u0000\"'"],
    ["nested ten thousand levels deep", "{ yes [ | head -10000; yes ] | head -10000; } | tr -d '\\n' > $FILE"],
  ] as const) {
    test(`a file that is ${what} is logged once and ignored, and the work continues`, async () => {
      const both = ["$BATCH_CHECKPOINT_FILE", "$BATCH_PROGRESS_FILE"]
        .map((file) => `${script.replaceAll("$FILE", `${file}.wrong`)}; mv ${file}.wrong ${file}`)
        .join("; ");
      const record = await run(`${both}; poll; echo still here`);
      assert.deepEqual([record.progress, record.checkpoints, record.result], [[], [], { outcome: "succeeded" }]);
      assert.deepEqual(record.log.map(({ message }) => message).sort(), [
        "the checkpoint file was ignored",
        "the progress file was ignored",
      ]);
      assert.equal(record.stdout.toString(), "still here\n");
    });
  }

  test("the log says what a file is that must be a regular one", async () => {
    const { log } = await run("mkdir $BATCH_CHECKPOINT_FILE; mkfifo $BATCH_PROGRESS_FILE");
    assert.deepEqual(log.map(({ problem }) => problem).sort(), [
      "it must be a regular file; got a FIFO",
      "it must be a regular file; got a folder",
    ]);
  });

  test("files that are read while they are being written, again and again, are logged once for each fault", async () => {
    const round =
      ": > $BATCH_PROGRESS_FILE; poll; put $BATCH_PROGRESS_FILE '{\"done\": 1'; poll; progress '{\"done\": 1}'; poll";
    const { log, progress } = await run(`${round}; ${round}`);
    assert.deepEqual(progress, [[1, undefined]]);
    assert.equal(log.length, 2, JSON.stringify(log));
  });

  const done = ['{"done": "1"}', '{"done": -1}', '{"done": 1, "total": null}', '{"done": 1e999}'];
  for (const wrong of ["null", "3", "[]", "{}", ...done]) {
    test(`progress of ${wrong} is ignored, and the log says what it must be`, async () => {
      const { progress, log } = await run(`progress '${wrong}'`);
      assert.deepEqual(progress, []);
      assert.match(String(log[0]?.problem), /^it must be \{"done": NUMBER, "total": NUMBER\}/);
    });
  }

  test("saving a checkpoint that could not be saved is retried", async () => {
    const saved: unknown[] = [];
    let tries = 0;
    await run("checkpoint 1; poll", {
      context: {
        async saveCheckpoint(value) {
          if (tries++ === 0) throw new Error("the database is unavailable");
          saved.push(value);
        },
      },
    });
    assert.deepEqual(saved, [1]);
  });

  for (const [what, failure, isRetried] of [
    ["PostgreSQL refuses is logged once, and not saved again until it changes", { code: "22P05" }, false],
    ["cannot be saved is logged once, however often saving is retried", {}, true],
  ] as const) {
    test(`a checkpoint that ${what}`, async () => {
      const saves: unknown[] = [];
      const { log } = await run("checkpoint 1; poll; poll; poll; checkpoint 2", {
        context: {
          async saveCheckpoint(value) {
            saves.push(value);
            if (value === 1) throw Object.assign(new Error("no"), failure);
          },
        },
      });
      const logged = log.map(({ message, error }) => [message, error]);
      assert.deepEqual(logged, [["the checkpoint was not saved", "no"]]);
      assert.equal(saves.at(-1), 2);
      assert.equal(saves.length > 2, isRetried, saves.join());
    });
  }

  test("a checkpoint's numbers keep their precision", async () => {
    const { stdout } = await runAfter("9007199254740993", "cat $BATCH_CHECKPOINT_FILE");
    assert.equal(stdout.toString().trim(), "9007199254740993");
  });
});

test("a disk that reports an error when a file is closed, as a network's may, spoils neither a value that was read nor the outcome", async (t) => {
  const { open } = files;
  const fail = () => Promise.reject(new Error("EIO: i/o error, close"));
  replaceFiles(t, {
    async open(...args) {
      const file = await open(...args);
      const { close } = file;
      return Object.assign(file, { close: () => close().then(fail) });
    },
  });
  const { result, checkpoints, log } = await run("checkpoint 7; poll; poll; echo 8 > $BATCH_RESULT_FILE");
  assert.deepEqual([result, checkpoints, log], [{ outcome: "succeeded", result: 8 }, [7], []]);
});
