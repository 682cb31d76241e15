import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runScript } from "../../../tests/support/commandAttempt.ts";
import { createFolder } from "../../../tests/support/createFolder.ts";
import { END_FIRST_THREAD, noPython, PYTHON } from "../../../tests/support/firstThread.ts";
import { until } from "../../../tests/support/until.ts";
import { endProcesses } from "./endProcesses.ts";
import { listProcesses, type ProcessEntry, readProcess, readProcFile, readSharedFile } from "./processTable.ts";

/** The pids that a command printed, one per line, that are still running. */
function findRunning(stdout: Buffer): readonly number[] {
  const pids = (stdout.toString().match(/^\d+$/gm) ?? []).map(Number);
  assert.ok(pids.length > 0, "the command must print pids");
  return pids.filter((pid) => readProcess(pid)?.ended === false);
}

const LINGER = "echo $$; trap '' TERM HUP; while :; do sleep 0.01; done";

/** Each leaves something running and ends; `$LINGER` prints its pid and never ends. */
const LEAVING: Readonly<Record<string, string>> = {
  "a background process": 'sh -c "$LINGER" & sleep 0.2',
  "a stopped background process": "sh -c 'echo $$; kill -STOP $$' & sleep 0.2",
  "a job with a separate process group": 'set -m; sh -c "$LINGER" & sleep 0.2',
  "a daemon that left the session": 'setsid sh -c "$LINGER" & sleep 0.2',
  "a daemon that forked twice, with its streams closed":
    "(setsid sh -c 'sh -c \"$LINGER\" >&3 2>/dev/null </dev/null &' &) ; sleep 0.3",
  "a daemon that cleared its environment": 'env -i setsid sh -c "$LINGER" & sleep 0.2',
  "a child without the attempt's environment, of a daemon that has it":
    'setsid sh -c \'env -i sh -c "$0" & wait\' "$LINGER" & sleep 0.2',
  "processes that fork while they are killed":
    'for i in 1 2 3 4 5 6 7 8 9 10; do setsid sh -c \'echo $$; while :; do sh -c "sleep 1" & sh -c "sleep 1" & sleep 0.02; done\' & done; sleep 0.3',
};

for (const [what, script] of Object.entries(LEAVING)) {
  for (const end of ["exit 0", "exit 1", "kill -SEGV $$"]) {
    test(`${what} ends with the command (${end})`, { timeout: 30_000 }, async () => {
      const directory = createFolder();
      const { stdout, log } = await runScript(`exec 3>&1; ${script}; ${end}`, { env: { LINGER }, directory });
      assert.deepEqual(findRunning(stdout), []);
      const isOurs = ({ pid, ended }: ProcessEntry) => !ended && readProcFile(pid, "environ")?.includes(directory);
      assert.deepEqual(listProcesses().filter(isOurs), []);
      assert.deepEqual(log, []);
    });
  }
}

test("a daemon that left the session ends with the command, whatever the folder of its attempt is called", async () => {
  const directory = join(createFolder(), "ünïcödé\n😀 ");
  mkdirSync(directory);
  const script = `exec 3>&1; ${LEAVING["a daemon that forked twice, with its streams closed"]}`;
  const { stdout } = await runScript(script, { env: { LINGER }, directory });
  assert.deepEqual(findRunning(stdout), []);
});

for (const change of ['rm -r "$PWD"', 'mv "$PWD" "$PWD.old"']) {
  test(`a daemon that cleared its environment ends with a command that has done ${change} with its folder`, {
    skip: process.platform !== "linux",
  }, async () => {
    const folder = createFolder();
    const directory = join(folder, "link");
    symlinkSync(createFolder(), directory);
    const script = `cd "$(dirname "$BATCH_REQUEST_FILE")"; env -i setsid sh -c "$LINGER" & sleep 0.2; ${change}`;
    const { stdout } = await runScript(script, { env: { LINGER }, directory });
    assert.deepEqual(findRunning(stdout), []);
  });
}

test("a daemon that cleared its environment ends with its command although its first thread has ended", {
  skip: noPython,
}, async () => {
  const program = `${END_FIRST_THREAD}
print(os.getpid(), flush=True)
end_first_thread()`;
  const script =
    'env -i setsid "$PYTHON" -c "$PROGRAM" & pid=$!; while ! grep -q ") Z" /proc/$pid/stat; do sleep 0.01; done';
  const { stdout } = await runScript(script, { env: { PYTHON, PROGRAM: program } });
  assert.deepEqual(findRunning(stdout), []);
});

test("another attempt's processes, the runner's own, and one that reads the request's file are not killed", async () => {
  const bystander = spawn("sleep", ["60"], { detached: true });
  await once(bystander, "spawn");
  const directory = createFolder();
  let other = 0;
  const long = runScript("echo $$; while :; do sleep 0.01; done", {
    directory,
    env: { PWD: directory },
    onOutput: (output) => {
      other = Number.parseInt(output, 10);
    },
    context: { signal: AbortSignal.timeout(1_500) },
  });
  const reader = createFolder();
  const go = join(reader, "go");
  const script = `echo "$BATCH_REQUEST_FILE"; setsid sleep 60 & while [ ! -e ${go} ]; do sleep 0.01; done`;
  let reading: ChildProcess | undefined;
  await runScript(script, {
    directory,
    onOutput(output) {
      reading ??= spawn("sleep", ["60"], { detached: true, stdio: [openSync(output.trim(), "r"), "ignore", "ignore"] });
      reading.once("spawn", () => writeFileSync(go, ""));
    },
  });
  for (const pid of [bystander.pid, other, reading?.pid]) assert.equal(readProcess(pid as number)?.ended, false);
  bystander.kill();
  reading?.kill();
  await long;
});

test("in a container, daemons without an environment end, one without its first thread too, and what came from outside stays", {
  skip: process.getuid?.() !== 0 && "only root can make a PID namespace",
  timeout: 30_000,
}, async () => {
  const go = join(createFolder(), "go");
  const runner = fileURLToPath(new URL("../../../tests/support/containerRunner.ts", import.meta.url));
  const container = spawn("unshare", ["--pid", "--fork", "--mount-proc", process.execPath, runner, go]);
  const lines = createInterface(container.stdout);
  assert.equal((await once(lines, "line"))[0], "started");
  const firstProcess = listProcesses().find(({ parent }) => parent === container.pid)?.pid;
  // As `kubectl exec` does.
  const brought = spawn("nsenter", ["--target", String(firstProcess), "--pid", "sleep", "1002"]);
  const ended = Promise.all([once(container, "exit"), once(brought, "exit")]);
  await until("sleep 1002 in the namespace", () =>
    listProcesses().some(({ pid }) => readProcFile(pid, "cmdline") === ["sleep", "1002", ""].join("\0")),
  );
  const isFirstThreadEnded = ({ pid, firstThreadEnded, ended }: ProcessEntry) =>
    firstThreadEnded && !ended && readSharedFile(pid, "cmdline")?.includes("pthread_exit");
  if (!noPython) await until("a daemon whose first thread has ended", () => listProcesses().some(isFirstThreadEnded));
  writeFileSync(go, "");
  const [left] = await once(lines, "line");
  assert.deepEqual(JSON.parse(left), ["sleep 1002"]);
  await ended;
});

test("of this process's children only those that were started since then end, with theirs, and none unless it is asked for", {
  skip: process.platform !== "linux",
}, async (t) => {
  const older = spawn("sleep", ["1007"]);
  t.after(() => older.kill("SIGKILL"));
  await once(older, "spawn");
  const startTime = (readProcess(older.pid as number)?.startTime ?? 0) + 1;
  // In seconds, with two decimals; a tick is the hundredth part of a second.
  const now = () => 100 * Number.parseFloat(readFileSync("/proc/uptime", "latin1"));
  await until("a later tick", () => now() > startTime);
  const child = spawn("sh", ["-c", "sleep 1008 & echo $!; wait"], { env: { PATH: process.env.PATH } });
  t.after(() => child.kill("SIGKILL"));
  const [line] = await once(createInterface(child.stdout), "line");
  const isRunning = () =>
    [older.pid, child.pid, Number(line)].map((pid) => readProcess(pid as number)?.ended === false);
  const mark = "MARK=own";
  await endProcesses({ mark, startTime }, new AbortController().signal);
  assert.deepEqual(isRunning(), [true, true, true]);
  await endProcesses({ mark, startTime, ownChildren: true }, new AbortController().signal);
  assert.deepEqual(isRunning(), [true, false, false]);
});

test("processes that are found late, on an overloaded machine, are still killed", {
  timeout: 30_000,
}, async (t) => {
  const child = spawn("sleep", ["1000"], { env: { ...process.env, MARK: "late" }, detached: true });
  const ended = once(child, "exit");
  await once(child, "spawn");
  let now = 0;
  t.mock.method(performance, "now", () => (now += 3_600_000));
  await endProcesses({ mark: "MARK=late" }, AbortSignal.abort());
  assert.deepEqual(await ended, [null, "SIGKILL"]);
});
