import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runCommandAttempt, shell } from "../../../tests/support/commandAttempt.ts";

const CGROUPS = "/sys/fs/cgroup/memory";
const LIMIT_BYTES = 200e6;

function canMakeCgroup(): boolean {
  try {
    accessSync(CGROUPS, constants.W_OK);
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}

test("the command has a higher score than the runner", {
  skip: !existsSync("/proc/self") && "there is no /proc",
}, async () => {
  const own = Number(readFileSync("/proc/self/oom_score_adj", "utf8"));
  const { stdout } = await runCommandAttempt({ command: shell("sleep 0.2; cat /proc/self/oom_score_adj") });
  assert.equal(Number(stdout), Math.min(1_000, own + 500));
});

test("a command that exhausts the memory is killed, the runner survives, and the error says why", {
  skip: !canMakeCgroup() && "needs root on a host with cgroup v1",
  timeout: 60_000,
}, async () => {
  const cgroup = `${CGROUPS}/postgres-batch-test-${process.pid}`;
  mkdirSync(cgroup);
  after(() => rmdirSync(cgroup));
  writeFileSync(`${cgroup}/memory.limit_in_bytes`, String(LIMIT_BYTES));
  const runner = fileURLToPath(new URL("../../../tests/support/attemptRunner.ts", import.meta.url));
  // tail keeps the last line in memory, and the first line never ends.
  const hog = "exec tail /dev/zero";
  const enter = `echo $$ > ${cgroup}/cgroup.procs; exec "$0" "$@"`;
  const { stdout } = await promisify(execFile)("/bin/sh", ["-c", enter, process.execPath, runner, `sleep 0.1; ${hog}`]);
  assert.deepEqual(JSON.parse(stdout.split("\n")[0] ?? ""), {
    outcome: "crashed",
    message: "ended by SIGKILL, out of memory",
  });
});
