import type { ProgramResult } from "../runProgram.ts";
import { capture } from "./capture.ts";

const REQUEST_SECONDS = 10;

/** kubectl for one context's cluster. */
export class Kubectl {
  readonly context: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(context: string, env: NodeJS.ProcessEnv) {
    this.context = context;
    this.#env = env;
  }

  /** Runs a command; if the cluster does not respond, the exit code is not 0. */
  async run(args: readonly string[]): Promise<ProgramResult> {
    const always = ["--context", this.context, `--request-timeout=${REQUEST_SECONDS}s`];
    return await capture("kubectl", [...always, ...args], this.#env, 3 * REQUEST_SECONDS);
  }

  /** The objects that `kubectl get` prints; undefined if it fails: no answer, no such kind, no permission. */
  async list<Item>(...args: readonly string[]): Promise<Item[] | undefined> {
    const { exitCode, stdout } = await this.run(["get", ...args, "-o", "json"]);
    if (exitCode !== 0) return undefined;
    return (JSON.parse(stdout || "{}") as { readonly items?: Item[] }).items ?? [];
  }
}
