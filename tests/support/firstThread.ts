import { spawnSync } from "node:child_process";

export const PYTHON = process.env.EXAMPLES_PYTHON ?? "python3";

export const noPython = spawnSync(PYTHON, ["--version"]).status !== 0 && "Python must be installed";

/** Ends its first thread, which the kernel then shows as a zombie, while another thread runs for a minute. */
export const END_FIRST_THREAD = `
import ctypes, os, threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
def end_first_thread():
    ctypes.CDLL(None).pthread_exit(None)
def wait_for_zombie(pid):
    while open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.01)
    print(pid, flush=True)
`;
