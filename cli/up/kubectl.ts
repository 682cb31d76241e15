import type { ProgramResult } from "../runProgram.ts";
import { capture } from "./capture.ts";
import { FailedError } from "./failedError.ts";
import { parseObject } from "./parseObject.ts";

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

  /** The objects that `kubectl get` prints; undefined if it fails: no answer or a part of it, no such kind, no permission. */
  async list<Item>(...args: readonly string[]): Promise<Item[] | undefined> {
    const result = await this.#get(args);
    if (result.exitCode !== 0) return undefined;
    try {
      return parseItems(result);
    } catch {
      return undefined;
    }
  }

  /**
   * As `list`, for a caller that must know that there are none; a cluster without such a kind has none.
   *
   * @throws FailedError with kubectl's message if it fails for another reason.
   */
  async listKnown<Item>(...args: readonly string[]): Promise<Item[]> {
    const result = await this.#get(args);
    if (result.exitCode === 0) return parseItems(result);
    if (/the server doesn't have a resource type/.test(result.stderr)) return [];
    throw new FailedError(`cannot list ${args[0]} on the cluster (nothing was changed): ${result.stderr.trim()}`);
  }

  async #get(args: readonly string[]): Promise<ProgramResult> {
    return await this.run(["get", ...args, "-o", "json"]);
  }
}

function parseItems<Item>({ stdout }: ProgramResult): Item[] {
  const { items } = parseObject(stdout.trim() || "{}", "kubectl get") as { readonly items?: Item[] };
  return items ?? [];
}
