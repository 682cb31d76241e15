import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { shell } from "../../tests/support/commandAttempt.ts";
import { createFolder } from "../../tests/support/createFolder.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { until } from "../../tests/support/until.ts";
import { createWorkers } from "../../tests/support/workers.ts";
import { listProcesses, readProcess } from "../src/command/processTable.ts";

const HUNG_DISK = new URL("../../tests/support/hungDisk.ts", import.meta.url).href;

const database = await createTestDatabase();
const workers = createWorkers(database);

/** Starts a worker for which a function of node:fs/promises hangs. */
function start(hangs: string, script: string, env: NodeJS.ProcessEnv = {}) {
  const folder = createFolder();
  const settings = { COMMAND: JSON.stringify(shell(script)), COMMAND_DIRECTORY: folder, TMPDIR: folder };
  return workers.start("a", { NODE_OPTIONS: `--import=${HUNG_DISK}`, HANGS: hangs, ...settings, ...env });
}

const attempts = () => database.query("select status, reason, error from clap_attempt");

describe("a worker whose COMMAND_DIRECTORY is on a disk that does not answer", { timeout: 60_000 }, () => {
  beforeEach(() => database.reset());
  afterEach(workers.end);

  test("when it starts: says so after 10 s, claims nothing, and ends by SIGKILL", async () => {
    await workers.insert(0);
    const pod = start("mkdtemp", "true");
    assert.equal(await pod.ended, 137);
    const problem = /COMMAND_DIRECTORY, .*, must answer within 10 s \(nothing is claimed before\); got .*hangs/;
    assert.match(pod.outputTail(), problem);
    assert.deepEqual(await attempts(), []);
  });

  test("when it starts: ends within seconds when it is asked to stop", async () => {
    const pod = start("mkdtemp", "true", { GRACE_SECONDS: "20" });
    await until("the disk hangs", () => pod.outputTail().includes("hangs"));
    const askedAt = performance.now();
    pod.kill("SIGTERM");
    assert.equal(await pod.ended, 137);
    assert.ok(performance.now() - askedAt < 8_000);
  });

  test("when it starts: ends even as the first process of a PID namespace, which cannot kill itself", {
    skip: process.getuid?.() !== 0 && "only root can make a PID namespace",
  }, async (t) => {
    const folder = createFolder();
    const pod = { KIND: "clap", JOB_NAME: "a", POD_NAME: "a-1", COMMAND: '["true"]', TMPDIR: folder };
    const env = { ...process.env, ...database.env, ...pod };
    const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
    const container = spawn("unshare", ["--pid", "--fork", "--kill-child", "--mount-proc", process.execPath, main], {
      env: { ...env, NODE_OPTIONS: `--import=${HUNG_DISK}`, HANGS: "mkdtemp" },
    });
    t.after(() => container.kill("SIGKILL"));
    const ended = once(container, "exit");
    const stderr = createInterface(container.stderr);
    for await (const line of stderr) if (line === "hangs") break;
    container.stderr.resume();
    const first = listProcesses().find(({ parent }) => parent === container.pid)?.pid;
    assert.ok(first, "the first process must run");
    process.kill(first, "SIGTERM");
    await ended;
    assert.equal(readProcess(first), undefined);
  });

  for (const [why, env, recorded] of [
    ["its timeout expires", { TIMEOUT_SECONDS: "1" }, /timed out after 1 s: ended by SIGKILL/],
    ["it is asked to stop", { GRACE_SECONDS: "4" }, /^interrupted: asked to stop by SIGTERM: ended by SIGKILL/],
  ] as const) {
    test(`when an attempt's files are removed after ${why}: records the attempt and ends by SIGKILL`, async () => {
      await workers.insert(0);
      const pod = start("unlink", "trap '' TERM; echo ready; while :; do sleep 0.01; done", env);
      await until("the command runs", () => pod.outputTail().includes("ready"));
      if (why === "it is asked to stop") pod.kill("SIGTERM");
      assert.equal(await pod.ended, 137, pod.outputTail());
      const [attempt, ...others] = await attempts();
      assert.deepEqual([attempt?.status, others], ["FAILED", []]);
      assert.match(`${attempt?.reason}: ${attempt?.error}`, recorded);
    });
  }
});
