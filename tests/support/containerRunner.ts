import { argv } from "node:process";
import { listProcesses, readSharedFile } from "../../worker/src/command/processTable.ts";
import { runCommandAttempt, shell } from "./commandAttempt.ts";
import { END_FIRST_THREAD, noPython, PYTHON } from "./firstThread.ts";

/**
 * The first process of a PID namespace, like a runner in a container: runs a command that leaves daemons behind (one of them, if there is
 * Python, has ended its first thread), and prints which other processes still run afterwards. The command waits until the file named by
 * the argument exists.
 */
const [, , go = ""] = argv;
const daemons = `env -i setsid sleep 1001 & ${noPython ? "" : 'env -i setsid "$PYTHON" -c "$PROGRAM" &'}`;
const env = { PYTHON, PROGRAM: `${END_FIRST_THREAD}end_first_thread()` };
console.log("started");
await runCommandAttempt({ command: shell(`${daemons} while [ ! -e ${go} ]; do sleep 0.01; done`), env });
const left = listProcesses().filter(({ pid, ended }) => pid !== process.pid && !ended);
console.log(JSON.stringify(left.map(({ pid }) => readSharedFile(pid, "cmdline")?.replaceAll("\0", " ").trim())));
