import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { describe, test } from "node:test";
import { runCommandAttempt } from "../../../tests/support/commandAttempt.ts";
import { InterruptedError } from "../errors.ts";

const PYTHON = process.env.EXAMPLES_PYTHON ?? "python3";
const noPython = spawnSync(PYTHON, ["--version"]).status !== 0 && "Python must be installed";

/** Ends its first thread, which the kernel then shows as a zombie, while another thread runs for a minute. */
const END_FIRST_THREAD = `
import ctypes, os, threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
def end_first_thread():
    ctypes.CDLL(None).pthread_exit(None)
def wait_for_zombie(pid):
    while open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.01)
    print(pid, flush=True)
`;

describe("a program whose first thread has ended", { skip: noPython, timeout: 30_000 }, () => {
  test("still runs: it is asked to stop", async () => {
    const stop = new AbortController();
    const program = `threading.Thread(target=wait_for_zombie, args=(os.getpid(),)).start(); end_first_thread()`;
    const { result } = await runCommandAttempt({
      command: [PYTHON, "-c", `${END_FIRST_THREAD}${program}`],
      context: { signal: stop.signal },
      onOutput: () => stop.abort(new InterruptedError("SIGTERM")),
    });
    assert.deepEqual(result, { outcome: "interrupted", message: "asked to stop by SIGTERM: ended by SIGTERM" });
  });

  test("ends with the attempt that left it behind", async () => {
    const program = `
pid = os.fork()
if pid == 0:
    os.setpgid(0, 0)
    threading.Thread(target=time.sleep, args=(60,)).start()
    end_first_thread()
wait_for_zombie(pid)
os._exit(0)
`;
    const { stdout } = await runCommandAttempt({ command: [PYTHON, "-c", `${END_FIRST_THREAD}${program}`] });
    assert.ok(countThreads(Number(stdout)) <= 1, "only what its parent has not reaped yet may be left");
  });
});

function countThreads(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
}
