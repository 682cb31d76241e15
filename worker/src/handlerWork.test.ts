import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { openSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { createFolder } from "../../tests/support/createFolder.ts";
import { createOddWork } from "../../tests/support/oddWork.ts";
import { until } from "../../tests/support/until.ts";
import { usedHeap } from "../../tests/support/usedHeap.ts";
import { workContext } from "../../tests/support/workContext.ts";
import { listProcesses } from "./command/processTable.ts";
import { createLog } from "./log.ts";
import type { Work, WorkContext, WorkResult } from "./work.ts";

const { HandlerWork, InterruptedError } = await createOddWork();

/** Runs an action of oddHandler.ts in a thread. */
function run(does: string, more: Partial<WorkContext> = {}, work: Work = new HandlerWork("odd")): Promise<WorkResult> {
  return work.run(JSON.stringify({ id: 1, does }), workContext({ kind: "odd", ...more }));
}

/** Blocks this thread. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** A log that keeps its lines; `onLine` is called after each. */
function createMemoryLog(onLine: () => void = () => undefined) {
  const lines: string[] = [];
  function write(line: string): void {
    lines.push(line);
    onLine();
  }
  return { lines, log: createLog({ request: "1", attempt: 1 }, write) };
}

describe("a handler in its thread", { timeout: 120_000 }, () => {
  const ENDS: Record<string, { readonly outcome: string; readonly message?: RegExp; readonly final?: boolean }> = {
    succeed: { outcome: "succeeded" },
    fail: { outcome: "failed", message: /^Error: no luck\n {4}at .*\ncaused by Error: rain\n/s, final: false },
    "fail permanently": { outcome: "failed", message: /^PermanentError: never\n/, final: true },
    "throw a Symbol's name": { outcome: "failed", message: /^Symbol\(odd\): odd/, final: false },
    "throw null in a timer": { outcome: "failed", message: /^threw null$/, final: false },
    "throw in a timer": { outcome: "failed", message: /^Error: thrown in a timer\n/, final: false },
    "leave a rejection": { outcome: "failed", message: /^Error: not awaited\n/, final: false },
    "succeed and leave a rejection": { outcome: "failed", message: /^Error: not awaited\n/, final: false },
    "succeed and leave a call that fails at once": { outcome: "failed", message: /^Error: not saved\n/, final: false },
    "succeed and leave a second rejection": { outcome: "failed", message: /^Error: part 2\n/, final: false },
    "succeed and leave an 'error' event": { outcome: "failed", message: /^Error: no disk\n/, final: false },
    "succeed with fake timers": { outcome: "succeeded" },
    exit: { outcome: "failed", message: /ended its thread \(process\.exit\(3\)\)/, final: false },
    "close its thread's port": {
      outcome: "failed",
      message: /ended its thread \(.*parentPort\.close\(\)/,
      final: false,
    },
    "succeed with a timer left": { outcome: "succeeded" },
    "return what is not JSON": { outcome: "failed", message: /a result must be JSON/, final: false },
  };
  for (const [does, { outcome, message, final }] of Object.entries(ENDS)) {
    test(`asked to ${does} is ${outcome}, with its error`, async () => {
      const result = await run(does);
      assert.equal(result.outcome, outcome, JSON.stringify(result));
      if (message) assert.match("message" in result ? result.message : "", message);
      if (result.outcome === "failed") assert.equal(result.final, final);
    });
  }

  test("gives its result as JSON", async () => {
    assert.deepEqual(await run("return a result"), { outcome: "succeeded", result: { pages: 3 } });
  });

  test("gets a rejected promise for a checkpoint that is not JSON; undefined is saved as null", async () => {
    const saved: unknown[] = [];
    const saveCheckpoint = (value: unknown) => Promise.resolve(void saved.push(value));
    const { result } = (await run("save what is not JSON", { saveCheckpoint })) as { result: string[] };
    assert.deepEqual(result, [
      "a checkpoint must be JSON; got a value that it cannot represent",
      "a checkpoint must be JSON; got a function",
      "a checkpoint must be JSON; got a symbol",
      "a checkpoint must be JSON; got a value that it cannot represent",
    ]);
    assert.deepEqual(saved, [null]);
  });

  test("does not fail because of progress that is not a number", async () => {
    const reported: unknown[] = [];
    const progress = (done: unknown) => void reported.push(done);
    assert.deepEqual(await run("report progress that is no number", { progress }), { outcome: "succeeded" });
    assert.deepEqual(reported, Array(6).fill(Number.NaN));
  });

  for (const does of ["report progress for 0.2 s", "save checkpoints for 0.2 s"]) {
    test(`asked to ${does} waits for this thread, which it could otherwise keep from everything else`, async () => {
      // This thread is busy for longer than that, from the first report on.
      let busyMs = 400;
      function report(): void {
        block(busyMs);
        busyMs = 0;
      }
      const result = await run(does, { progress: report, saveCheckpoint: async () => report() });
      assert.equal(result.outcome, "succeeded");
      const { result: reports } = result as { result: number };
      assert.ok(reports > 0 && reports < 5_000, `${reports} reports`);
    });
  }

  test("prints a small part of much memory without sending all of it", async () => {
    let sent = 0;
    function progress(): void {
      const before = process.memoryUsage().rss;
      block(400);
      sent = process.memoryUsage().rss - before;
    }
    assert.equal((await run("print parts of much memory", { progress })).outcome, "succeeded");
    assert.ok(sent < 100_000_000, `${sent} bytes`);
  });

  test("saves many large checkpoints, and waits for none, without filling this thread's memory until they are stored", async () => {
    // As the reporter does during an outage.
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = await usedHeap();
    const pages: unknown[] = [];
    const saveCheckpoint = (value: unknown) => {
      pages.push((value as { page: number }).page);
      return promise;
    };
    assert.equal((await run("save large checkpoints and wait for none", { saveCheckpoint })).outcome, "succeeded");
    const kept = (await usedHeap()) - before;
    resolve();
    assert.deepEqual([pages.length, pages.at(-1)], [1_000, 999]);
    assert.ok(kept < 10_000_000, `${kept} bytes`);
  });

  test("gets the reason why it must stop, as an instance of its class", async () => {
    const stop = new AbortController();
    const { log } = createMemoryLog(() => stop.abort(new InterruptedError("SIGTERM")));
    const result = await run("stop when asked", { signal: stop.signal, log });
    assert.match(JSON.stringify(result), /"failed","message":"InterruptedError: asked to stop by SIGTERM/);
  });

  for (const does of ["log and block", "wait forever"]) {
    test(`asked to ${does} is terminated, and its log is not lost`, async () => {
      const kill = new AbortController();
      const { lines, log } = createMemoryLog(() => kill.abort());
      const result = await run(does, { killSignal: kill.signal, log });
      assert.equal(result.outcome, "interrupted");
      assert.match(lines.join(), /"message":"(blocking|waiting)","request":"1","attempt":1/);
    });
  }

  test("blocked by a native call is abandoned, and the work reports that it is stuck", async () => {
    const kill = new AbortController();
    const work = new HandlerWork("odd");
    const result = run("block in a native call", { killSignal: kill.signal }, work);
    await until("the call blocks its thread", () => listProcesses().some(({ parent }) => parent === process.pid));
    kill.abort();
    assert.equal((await result).outcome, "interrupted");
    assert.equal(work.stuck, true);
  });

  test("may end slowly after its result, but not beyond the grace period", async () => {
    process.env.FIFO = join(createFolder(), "fifo");
    execFileSync("mkfifo", [process.env.FIFO]);
    const kill = new AbortController();
    const work = new HandlerWork("odd");
    try {
      const result = run("succeed, then wait for a FIFO in a native call", { killSignal: kill.signal }, work);
      // The thread blocks before this thread has read its result and terminates it.
      block(1_000);
      const killed = setTimeout(1_500).then(() => {
        kill.abort();
        return performance.now();
      });
      assert.equal((await result).outcome, "succeeded");
      const lateMs = performance.now() - (await killed);
      assert.ok(lateMs < 1_500, `the result came ${lateMs} ms after the grace period`);
      assert.equal(work.stuck, true);
    } finally {
      // A writer lets the thread continue, however late it opens the FIFO.
      openSync(process.env.FIFO, "r+");
      delete process.env.FIFO;
    }
  });

  test("keeps the form and the order of its log lines, however many there are", async () => {
    const { lines, log } = createMemoryLog();
    await run("print, then succeed", { log });
    const logged = lines.map((line) => JSON.parse(line));
    const numbers = logged.map(({ line }) => line);
    assert.deepEqual(numbers, [...Array(2_000).keys()]);
    const { time, ...rest } = logged[0];
    assert.deepEqual(rest, { level: "info", message: "logged", request: "1", attempt: 1, line: 0 });
  });

  test("leaves nothing behind for the next request: no timer, and nothing in memory", async () => {
    const work = new HandlerWork("odd");
    assert.deepEqual(await run("succeed with a timer left", {}, work), { outcome: "succeeded" });
    assert.deepEqual(await run("wait half a second", {}, work), { outcome: "succeeded" });
    assert.deepEqual(await run("report how many were left", {}, work), { outcome: "succeeded", result: { left: 0 } });
  });
});

test("a kind without a handler is refused before anything is claimed", async () => {
  await assert.rejects(new HandlerWork("cough").load(), {
    name: "SettingsError",
    message: /^KIND must be clap or odd \(the files/,
  });
});
