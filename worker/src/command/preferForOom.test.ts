import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runScript } from "../../../tests/support/commandAttempt.ts";
import { until } from "../../../tests/support/until.ts";
import { preferForOom } from "./preferForOom.ts";
import { listProcesses } from "./processTable.ts";

const LIMIT_BYTES = 200e6;

/** Where this test may make a group with a limit of memory, and the file for the limit. */
function findCgroups(): { readonly parent: string; readonly limit: string } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [v1, v2] = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"];
  if (isWritable(v1)) return { parent: v1, limit: "memory.limit_in_bytes" };
  const passesMemoryOn = /\bmemory\b/.test(readOrEmpty(`${v2}/cgroup.subtree_control`));
  return passesMemoryOn && isWritable(v2) ? { parent: v2, limit: "memory.max" } : undefined;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

const cgroups = findCgroups();

test("the command has a higher score than the runner", {
  skip: !existsSync("/proc/self") && "there is no /proc",
}, async () => {
  const own = Number(readFileSync("/proc/self/oom_score_adj", "utf8"));
  const { stdout } = await runScript("sleep 0.2; cat /proc/self/oom_score_adj");
  assert.equal(Number(stdout), Math.min(1_000, own + 500));
});

const THREAD =
  'new (require("worker_threads").Worker)(`require("child_process").spawn("sleep", ["60"])`, { eval: true })';
for (const { what, program, processes } of [
  { what: "a shell", program: ["sh", "-c", "sh -c 'sleep 60; :'; :"], processes: 3 },
  { what: "a thread", program: [process.execPath, "-e", THREAD], processes: 2 },
]) {
  test(`what ${what} of a command has started before the command gets its score gets the same one`, {
    skip: !existsSync("/proc/self/task") && "there is no /proc",
  }, async () => {
    const [name = "", ...args] = program;
    const { pid } = spawn(name, args, { detached: true });
    const leader = pid as number;
    after(() => process.kill(-leader, "SIGKILL"));
    const list = () => listProcesses().filter(({ session }) => session === leader);
    await until(`${processes} processes`, () => list().length === processes);
    const own = Number(readFileSync("/proc/self/oom_score_adj", "utf8"));
    preferForOom(leader);
    const scores = list().map((entry) => Number(readFileSync(`/proc/${entry.pid}/oom_score_adj`, "utf8")));
    assert.deepEqual(scores, Array(processes).fill(Math.min(1_000, own + 500)));
  });
}

test("a command that exhausts the memory is killed, the runner survives, and the error says why", {
  skip: cgroups === undefined && "needs root on a host whose memory cgroups can be written",
  timeout: 60_000,
}, async () => {
  const { parent, limit } = cgroups as NonNullable<typeof cgroups>;
  const cgroup = `${parent}/postgres-batch-test-${process.pid}`;
  mkdirSync(cgroup);
  after(() => rmdirSync(cgroup));
  writeFileSync(`${cgroup}/${limit}`, String(LIMIT_BYTES));
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
