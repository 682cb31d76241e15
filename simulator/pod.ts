import { fileURLToPath } from "node:url";
import { EXIT_KILLED } from "../worker/src/outcome.ts";
import { startProcess } from "./startProcess.ts";

const WORKER = fileURLToPath(new URL("../worker/src/main.ts", import.meta.url));

/** Where Node caches compiled code between processes: a pod then starts as fast as plain JavaScript. */
export const COMPILE_CACHE = fileURLToPath(new URL("../node_modules/.cache/node-compile-cache", import.meta.url));

/**
 * Variables that a pod inherits from the shell, as a container would get them from its image. All others (PG*, the worker's
 * settings, NODE_OPTIONS) reach a pod only through its Job.
 */
const INHERITED = [
  ...["PATH", "HOME", "TMPDIR", "TZ", "LANG", "LANGUAGE", "LC_ALL"],
  ...["LC_COLLATE", "LC_CTYPE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"],
  ...["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"],
  "NODE_V8_COVERAGE",
] as const;

/** As a container that could not be started; a Job counts it as a failure, and its next pod may start. */
const EXIT_NOT_STARTED = 128;

/** A worker process that represents a pod. */
export interface Pod {
  readonly name: string;
  /** Resolves when it has ended, with its exit code, as in a container: EXIT_KILLED if it was killed, 128 if it could not be started. */
  readonly ended: Promise<number>;
  /** Signals its process; returns false, and does nothing, if that has ended. */
  kill(signal: NodeJS.Signals): boolean;
  /** The last 4,096 characters of its output, or why it could not be started. */
  outputTail(): string;
}

/**
 * Starts a worker process with the Job's `env`; it ends as `createUnstartedPod` does if the machine has no free process.
 *
 * @param execPrefix - a command that runs it elsewhere, if any: `ip netns exec NAME`
 * @throws Error when not even that can be tried: no memory, an environment that is too long.
 */
export function startPod(name: string, env: NodeJS.ProcessEnv, execPrefix: readonly string[] = []): Pod {
  const [program = process.execPath, ...args] = [...execPrefix, process.execPath, WORKER];
  const inherited = Object.fromEntries(INHERITED.map((variable) => [variable, process.env[variable]]));
  const worker = startProcess(program, args, {
    env: { ...inherited, ...env, POD_NAME: name, NODE_COMPILE_CACHE: COMPILE_CACHE },
  });
  let problem: string | undefined;
  return {
    name,
    ended: worker.ended.then(
      ({ exitCode }) => exitCode ?? EXIT_KILLED,
      (error: Error) => {
        problem = error.message;
        return EXIT_NOT_STARTED;
      },
    ),
    kill: (signal) => worker.kill(signal),
    outputTail: () => problem ?? worker.outputTail(),
  };
}

/** A pod that has ended without a process, because of an error of the machine. */
export function createUnstartedPod(name: string, { message }: Error): Pod {
  return { name, ended: Promise.resolve(EXIT_NOT_STARTED), kill: () => false, outputTail: () => message };
}
