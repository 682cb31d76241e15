import { type ChildProcess, spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after } from "node:test";
import { pathToFileURL } from "node:url";
import type { InterruptedError } from "../../worker/src/errors.ts";
import type { HandlerWork } from "../../worker/src/handlerWork.ts";
import { EXIT_KILLED } from "../../worker/src/outcome.ts";
import { collectOutput } from "./collectOutput.ts";
import type { TestDatabase } from "./database.ts";
import { copyProject } from "./projectCopy.ts";
import { until } from "./until.ts";

/** A worker process of the kind `odd`. */
export interface OddPod {
  readonly child: ChildProcess;
  /** EXIT_KILLED for a killed one. */
  readonly ended: Promise<number>;
  output(): string;
  prints(text: string): Promise<unknown>;
}

/** Prepares, for the calling test file, a copy of the project with a handler that does what its row says: see oddHandler.ts. */
export async function createOddWork() {
  const copy = await copyProject();
  const handler = await readFile(new URL("./oddHandler.ts", import.meta.url), "utf8");
  await writeFile(join(copy, "worker/src/handlers/odd.ts"), handler.replaceAll('"../../worker/src/', '"../'));
  const source = pathToFileURL(join(copy, "worker/src/")).href;
  const pods: OddPod[] = [];
  async function end(): Promise<void> {
    for (const { child } of pods) child.kill("SIGKILL");
    await Promise.all(pods.splice(0).map(({ ended }) => ended));
  }
  after(end);
  return {
    /** From the copy: its threads find the kind `odd`. */
    HandlerWork: (await import(`${source}handlerWork.ts`)).HandlerWork as typeof HandlerWork,
    InterruptedError: (await import(`${source}errors.ts`)).InterruptedError as typeof InterruptedError,
    /** Kills what still runs. */
    end,
    /** @param prefix - a command that starts it elsewhere */
    start(env: NodeJS.ProcessEnv, prefix: readonly string[] = []) {
      const cache = join(copy, ".cache");
      const own = { KIND: "odd", JOB_NAME: "a", POD_NAME: "a-1", NODE_COMPILE_CACHE: cache };
      const [program = "", ...args] = [...prefix, process.execPath, join(copy, "worker/src/main.ts")];
      const child = spawn(program, args, {
        env: { ...process.env, ...own, ...env },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const output = collectOutput(child);
      const ended = new Promise<number>((resolve) => child.once("exit", (code) => resolve(code ?? EXIT_KILLED)));
      const closed = new Promise((resolve) => child.once("close", resolve));
      const pod: OddPod = {
        child,
        // A child of the handler may keep the output open for longer.
        ended: ended.then(async (code) => {
          await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 500))]);
          return code;
        }),
        output,
        prints: (text) => until(`it prints ${text}`, () => output().includes(text)),
      };
      pods.push(pod);
      return pod;
    },
  };
}

/** Creates and attaches the table of the kind `odd`. */
export async function attachOdd({ query }: TestDatabase): Promise<void> {
  await query("create table odd (id bigint generated always as identity primary key, does text not null)");
  await query("select batch.attach('odd', 'odd')");
}
