import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { createScriptWork, runScript } from "../../../tests/support/commandAttempt.ts";
import { createFolder } from "../../../tests/support/createFolder.ts";
import { workContext } from "../../../tests/support/workContext.ts";
import { InterruptedError, TimedOutError } from "../errors.ts";

/** Runs a script until it prints that it is ready; then aborts, and kills it `killAfterMs` later. */
async function stopOnceReady(script: string, killAfterMs: number) {
  const stop = new AbortController();
  const kill = new AbortController();
  let stoppedAt = 0;
  const { result, stdout } = await runScript(script, {
    context: { signal: stop.signal, killSignal: kill.signal },
    onOutput() {
      if (stop.signal.aborted) return;
      stoppedAt = performance.now();
      stop.abort(new InterruptedError("SIGTERM"));
      setTimeout(() => kill.abort(), killAfterMs);
    },
  });
  return { result, stdout: stdout.toString(), milliseconds: performance.now() - stoppedAt };
}

test("SIGTERM reaches every process of the command's group", async () => {
  const child = "sh -c 'trap \"echo child; exit\" TERM; echo ready; while :; do sleep 0.01; done' & ";
  const { stdout, result } = await stopOnceReady(`${child} trap 'wait; echo parent; exit 3' TERM; wait`, 10_000);
  assert.equal(stdout, "ready\nchild\nparent\n");
  assert.equal(result.outcome, "interrupted");
  assert.match(JSON.stringify(result), /asked to stop by SIGTERM: exit code 3/);
});

/** Less than any other limit of the runner (5 s), and enough on a busy machine. */
const MAX_KILL_MS = 2_000;

const SLOW_CHILD = `sh -c 'trap "sleep 0.3; echo child; exit" TERM; echo ready; while :; do sleep 0.01; done'`;

test("SIGTERM ends a shell at once, and a child that handles the signal still gets time to stop", async () => {
  const { stdout, result } = await stopOnceReady(`${SLOW_CHILD}; echo not reached`, 10_000);
  assert.equal(stdout, "ready\nchild\n");
  assert.match(JSON.stringify(result), /"interrupted","message":"asked to stop by SIGTERM: ended by SIGTERM/);
});

test("a child under timeout(1), which is in a process group of its own, gets SIGTERM and time to stop as well", async () => {
  const { stdout, result } = await stopOnceReady(`timeout 600 ${SLOW_CHILD}; echo not reached`, 10_000);
  assert.match(stdout, /^ready\n(child\n)+$/);
  assert.equal(result.outcome, "interrupted");
});

test("a command can print after SIGTERM if the filter of its output ignores the signal", async () => {
  const pipe = "mkfifo $TMPDIR/pipe; (trap '' TERM; exec cat) < $TMPDIR/pipe & exec > $TMPDIR/pipe";
  const trap = "trap 'sleep 0.2; echo stopped; echo null > $BATCH_RESULT_FILE; exit 0' TERM";
  const { result, stdout } = await stopOnceReady(`${pipe}; ${trap}; echo ready; while :; do sleep 0.01; done`, 10_000);
  assert.deepEqual([result.outcome, stdout], ["succeeded", "ready\nstopped\n"]);
});

test("a child that ignores SIGTERM is killed in time, even though the signal has ended the shell that started it", async () => {
  const { milliseconds } = await stopOnceReady("(trap '' TERM; echo ready; while :; do sleep 0.01; done); exit 1", 300);
  assert.ok(milliseconds >= 300 && milliseconds < 300 + MAX_KILL_MS, `ended after ${milliseconds} ms`);
});

/** Prints `ready` once it is stopped. */
const STOPS = "(until grep -q '^State:.T' /proc/$$/status; do sleep 0.01; done; echo ready) & kill -STOP $$";

for (const [what, script] of [
  ["that ignores SIGTERM", "trap '' TERM; echo ready; while :; do sleep 0.01; done"],
  ["that is stopped by SIGSTOP", STOPS],
  ["whose children ignore SIGTERM", "trap '' TERM; (while :; do sleep 0.01; done) & (sleep 60) & echo ready; wait"],
] as const) {
  test(`a command ${what} is killed, in time for the runner to record it`, async () => {
    const { result, milliseconds } = await stopOnceReady(script, 300);
    assert.ok(milliseconds >= 300 && milliseconds < 300 + MAX_KILL_MS, `ended after ${milliseconds} ms`);
    assert.deepEqual(result, { outcome: "interrupted", message: "asked to stop by SIGTERM: ended by SIGKILL" });
  });
}

test("a command that fails to stop in time cannot delay the runner by its output or its checkpoint", async () => {
  const kill = new AbortController();
  let killedAt = 0;
  await runScript("trap '' TERM; echo 1 > $BATCH_CHECKPOINT_FILE; echo ready; while :; do sleep 0.01; done", {
    context: {
      signal: kill.signal,
      killSignal: kill.signal,
      // The database does not answer.
      saveCheckpoint: () => new Promise(() => undefined),
    },
    onOutput() {
      killedAt = performance.now();
      kill.abort();
    },
  });
  assert.ok(performance.now() - killedAt < MAX_KILL_MS);
});

test("a disk that does not answer cannot delay the runner, whose exit does not wait for it", async () => {
  const [stop, kill] = [new AbortController(), new AbortController()];
  const fifo = join(createFolder(), "fifo");
  execFileSync("mkfifo", [fifo]);
  const blocked: Promise<FileHandle>[] = [];
  const work = createScriptWork("echo ready; sleep 60", new PassThrough().on("data", hang));
  /** All threads in which Node reads files wait for a writer, as they would for a hung disk. */
  function hang(): void {
    for (let thread = 0; thread < 4; thread++) blocked.push(open(fifo, "r"));
    stop.abort(new TimedOutError(5));
    kill.abort();
  }
  const startedAt = performance.now();
  const result = await work.run("{}", workContext({ signal: stop.signal, killSignal: kill.signal }));
  assert.ok(performance.now() - startedAt < MAX_KILL_MS + 1_000, "the runner was delayed");
  assert.equal(work.stuck, true);
  assert.match(JSON.stringify(result), /"failed","message":"timed out after 5 s: .*does not answer/);
  const writer = openSync(fifo, "r+");
  for (const file of blocked) await (await file).close();
  closeSync(writer);
  await work.close();
});

test("a command is not started if the attempt must already stop", async () => {
  const signal = AbortSignal.abort(new InterruptedError("SIGTERM"));
  const { result, stdout } = await runScript("echo started", { context: { signal } });
  assert.equal(result.outcome, "interrupted");
  assert.equal(stdout.length, 0);
});

test("a command that has ended before SIGTERM could be passed on is complete", async () => {
  const stop = new AbortController();
  // The command ends while the runner is busy, before the signal arrives.
  function onOutput(): void {
    if (stop.signal.aborted) return;
    const until = performance.now() + 300;
    while (performance.now() < until);
    stop.abort(new InterruptedError("SIGTERM"));
  }
  const { result } = await runScript("echo ready", { context: { signal: stop.signal }, onOutput });
  assert.deepEqual(result, { outcome: "succeeded" });
});
