import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { EXIT_KILLED } from "../worker/src/outcome.ts";

const WORKER = fileURLToPath(new URL("../worker/src/main.ts", import.meta.url));

/** Where Node keeps compiled code from one process to the next: a pod then starts as fast as plain JavaScript. */
const COMPILE_CACHE = fileURLToPath(new URL("../node_modules/.cache/node-compile-cache", import.meta.url));

/** A pod's last words are enough to tell why it could not work. */
const LAST_WORDS_BYTES = 4_096;

/** A worker process, in the place of a pod. */
export interface Pod {
  readonly name: string;
  /** Resolves when it has ended, with its exit code; a killed one has EXIT_KILLED, as in a container. */
  readonly ended: Promise<number>;
  kill(signal: NodeJS.Signals): void;
  /** The end of what it printed. */
  lastWords(): string;
}

/**
 * Starts a worker process, in a group of its own: Ctrl-C in the terminal is for the run, which then tells its pods.
 * `within` is the command that becomes the process, where there is one: `ip netns exec NAME`.
 */
export function startPod(name: string, env: NodeJS.ProcessEnv, within: readonly string[] = []): Pod {
  const [command = process.execPath, ...args] = [...within, process.execPath, WORKER];
  const child: ChildProcess = spawn(command, args, {
    env: { ...process.env, ...env, POD_NAME: name, NODE_COMPILE_CACHE: COMPILE_CACHE },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let words = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      words = (words + text).slice(-LAST_WORDS_BYTES);
    });
  }
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? EXIT_KILLED));
  });
  return { name, ended, kill: (signal) => void child.kill(signal), lastWords: () => words };
}
