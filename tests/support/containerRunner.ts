import { argv } from "node:process";
import { listProcesses, readProcFile } from "../../worker/src/command/processTable.ts";
import { runCommandAttempt, shell } from "./commandAttempt.ts";

/**
 * The first process of a PID namespace, like a runner in a container: runs a command that leaves a daemon behind, and prints which
 * other processes still run afterwards. The command waits until the file named by the argument exists.
 */
const [, , go = ""] = argv;
const script = `env -i setsid sleep 1001 & while [ ! -e ${go} ]; do sleep 0.01; done`;
console.log("started");
await runCommandAttempt({ command: shell(script) });
const left = listProcesses().filter(({ pid, ended }) => pid !== process.pid && !ended);
console.log(JSON.stringify(left.map(({ pid }) => readProcFile(pid, "cmdline")?.replaceAll("\0", " ").trim())));
