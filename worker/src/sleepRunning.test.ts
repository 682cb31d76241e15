import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { test } from "node:test";
import { sleepRunning } from "./sleepRunning.ts";

/** Stops this thread, as SIGSTOP would. */
function stop(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test("an answer that arrives while the process is stopped is in time, however long that takes", async () => {
  const answered = stat("/").then(() => "answered");
  const late = sleepRunning(200).then(() => "late");
  stop(600);
  assert.equal(await Promise.race([answered, late]), "answered");
});

test("without an answer the time ends", async () => {
  const startedAt = performance.now();
  const running = setInterval(() => undefined, 1_000);
  await sleepRunning(200);
  clearInterval(running);
  assert.ok(performance.now() - startedAt >= 190);
});
