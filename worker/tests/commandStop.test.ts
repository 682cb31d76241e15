import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, test } from "node:test";
import { createCommandPods } from "../../tests/support/commandPods.ts";
import { createFolder } from "../../tests/support/createFolder.ts";
import { until } from "../../tests/support/until.ts";
import { listProcesses } from "../src/command/processTable.ts";
import { TIMEOUT_REASON } from "../src/retryLimits.ts";

const { insert, lastAttempt, start, reset } = await createCommandPods();

/** Prints `ready` once it is stopped. */
const STOPS = "(until grep -q '^State:.T' /proc/$$/status; do sleep 0.01; done; echo ready) & kill -STOP $$";

/** Waits until the process in the background has slept for 0.2 s: nobody reads what it writes. */
const UNTIL_IT_BLOCKS =
  "n=0; while [ $n -lt 20 ]; do n=$((n + 1)); grep -q '^State:.S' /proc/$!/status || n=0; sleep 0.01; done";

describe("a command that is stopped", { timeout: 120_000 }, () => {
  beforeEach(reset);

  for (const [what, script] of [
    ["obeys", "trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done"],
    ["ignores SIGTERM", "trap '' TERM; echo ready; while :; do sleep 0.01; done"],
    ["is stopped (SIGSTOP)", STOPS],
  ] as const) {
    test(`SIGTERM to a pod whose command ${what}: interrupted, within the grace period`, async () => {
      await insert();
      const pod = start(script, { GRACE_SECONDS: "4" });
      await until("the command runs", () => pod.output().includes("ready"));
      const stoppedAt = performance.now();
      pod.runner.kill("SIGTERM");
      assert.equal(await pod.ended, 4);
      assert.ok(performance.now() - stoppedAt < 4_000);
      const { status, reason } = (await lastAttempt()) ?? {};
      assert.deepEqual([status, reason], ["FAILED", "interrupted"]);
    });
  }

  test("a command that is stopped (SIGSTOP) fails at its timeout", async () => {
    await insert();
    assert.equal(await start("kill -STOP $$", { TIMEOUT_SECONDS: "0.5" }).ended, 1);
    const { reason, error } = (await lastAttempt()) ?? {};
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
        const ending = join(createFolder(), "ending");
        const script = `head -c 1000000 /dev/zero & ${UNTIL_IT_BLOCKS}; echo why >&2; echo > ${ending}; ${end}`;
        const env = { TIMEOUT_SECONDS: stop === "SIGTERM" ? "0" : "2", DEFERRAL_LIMIT: "1" };
        const { runner, ended } = start(script, env);
        runner.stdout.pause();
        await until("the command ends", () => existsSync(ending));
        await until("it has ended", () => !listProcesses().some(({ parent }) => parent === runner.pid));
        if (stop === "SIGTERM") runner.kill("SIGTERM");
        const found = await until("the attempt is recorded", async () => {
          const attempt = await lastAttempt();
          return attempt?.status === "RUNNING" ? undefined : attempt;
        });
        assert.deepEqual([found.reason, found.error], [reason, error]);
        runner.stdout.resume();
        await ended;
      });
    }
  }
});
