import { argv } from "node:process";
import { runCommandAttempt, shell } from "./commandAttempt.ts";

/** A runner as a separate process: runs its argument as a command's script and prints the attempt's result as JSON. */
const { result } = await runCommandAttempt({ command: shell(argv[2] ?? "") });
console.log(JSON.stringify(result));
