import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, test } from "node:test";
import { runCommandAttempt } from "../../../tests/support/commandAttempt.ts";
import { END_FIRST_THREAD, noPython, PYTHON } from "../../../tests/support/firstThread.ts";
import { InterruptedError } from "../errors.ts";

describe("a program whose first thread has ended", { skip: noPython, timeout: 30_000 }, () => {
  test("still runs: it is asked to stop", async () => {
    const program = `threading.Thread(target=wait_for_zombie, args=(os.getpid(),)).start(); end_first_thread()`;
    const { result } = await runCommandAttempt({
      command: [PYTHON, "-c", `${END_FIRST_THREAD}${program}`],
      stopFor: new InterruptedError("SIGTERM"),
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

  test("ends with the attempt even if it is a daemon: it has left the session and closed its output", async () => {
    const program = `
reader, writer = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() != 0:
        os._exit(0)
    for stream in range(3):
        os.dup2(os.open("/dev/null", os.O_RDWR), stream)
    os.write(writer, str(os.getpid()).encode())
    threading.Thread(target=time.sleep, args=(60,)).start()
    end_first_thread()
wait_for_zombie(int(os.read(reader, 10)))
os._exit(0)
`;
    const { stdout, log } = await runCommandAttempt({ command: [PYTHON, "-c", `${END_FIRST_THREAD}${program}`] });
    assert.ok(countThreads(Number(stdout)) <= 1, "only what its parent has not reaped yet may be left");
    assert.deepEqual(log, []);
  });
});

function countThreads(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
}
