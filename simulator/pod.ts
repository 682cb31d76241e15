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
  ...["PATH", "HOME", "TMPDIR", "TZ", "LANG", "LC_ALL", "LC_CTYPE"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"],
  ...["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"],
  "NODE_V8_COVERAGE",
] as const;

/** A worker process that represents a pod. */
export interface Pod {
  readonly name: string;
  /** Resolves when it has ended, with its exit code; a killed one has EXIT_KILLED, as in a container. */
  readonly ended: Promise<number>;
  kill(signal: NodeJS.Signals): void;
  /** The last 4 KiB of its output. */
  outputTail(): string;
}

/**
 * Starts a worker process with the Job's `env`.
 *
 * @param execPrefix - a command that runs it elsewhere, if any: `ip netns exec NAME`
 */
export function startPod(name: string, env: NodeJS.ProcessEnv, execPrefix: readonly string[] = []): Pod {
  const [program = process.execPath, ...args] = [...execPrefix, process.execPath, WORKER];
  const inherited = Object.fromEntries(INHERITED.map((variable) => [variable, process.env[variable]]));
  const worker = startProcess(program, args, {
    env: { ...inherited, ...env, POD_NAME: name, NODE_COMPILE_CACHE: COMPILE_CACHE },
  });
  return {
    name,
    ended: worker.ended.then(({ exitCode }) => exitCode ?? EXIT_KILLED),
    kill: (signal) => worker.kill(signal),
    outputTail: worker.outputTail,
  };
}
