import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createDirectory, shell } from "../../tests/support/commandAttempt.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { until } from "../../tests/support/until.ts";
import { createWorkers } from "../../tests/support/workers.ts";

const HUNG_DISK = new URL("../../tests/support/hungDisk.ts", import.meta.url).href;

const database = await createTestDatabase();
const workers = createWorkers(database);

/** Starts a worker for which a function of node:fs/promises hangs. */
function start(hangs: string, script: string, env: NodeJS.ProcessEnv = {}) {
  const folder = createDirectory();
  const settings = { COMMAND: JSON.stringify(shell(script)), COMMAND_DIRECTORY: folder, TMPDIR: folder };
  return workers.start("a", { NODE_OPTIONS: `--import=${HUNG_DISK}`, HANGS: hangs, ...settings, ...env });
}

const attempts = () => database.query("select status, reason, error from clap_attempt");

describe("a worker whose COMMAND_DIRECTORY is on a disk that does not answer", { timeout: 60_000 }, () => {
  beforeEach(() => database.reset());
  afterEach(workers.end);

  for (const [why, env, reason] of [
    ["its timeout expires", { TIMEOUT_SECONDS: "1" }, "timeout"],
    ["it is asked to stop", { GRACE_SECONDS: "4" }, "interrupted"],
  ] as const) {
    test(`when an attempt's files are removed after ${why}: records the attempt and ends by SIGKILL`, async () => {
      await workers.insert(0);
      const pod = start("unlink", "trap '' TERM; echo ready; while :; do sleep 0.01; done", env);
      await until("the command runs", () => pod.outputTail().includes("ready"));
      if (reason === "interrupted") pod.kill("SIGTERM");
      assert.equal(await pod.ended, 137, pod.outputTail());
      const [attempt, ...others] = await attempts();
      assert.deepEqual([attempt?.status, others], ["FAILED", []]);
      assert.match(
        `${attempt?.reason}: ${attempt?.error}`,
        reason === "timeout"
          ? /timed out after 1 s: ended by SIGKILL/
          : /^interrupted: asked to stop by SIGTERM: ended by SIGKILL/,
      );
    });
  }
});
