import type { ChildProcess } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type ProgramResult, runProgram } from "../../cli/runProgram.ts";
import { collectOutput } from "./collectOutput.ts";
import { createFolder } from "./createFolder.ts";

const LAUNCH = fileURLToPath(new URL("../../cli/launch.mjs", import.meta.url));

/** A command's run. */
export interface Run {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  output(): string;
  readonly ended: Promise<ProgramResult>;
}

interface StartOptions {
  /** Whether the run has its own process group, which can be signalled as a terminal does: by its negative pid. @default false */
  readonly ownGroup?: boolean;
  /** A command that runs it: in a pseudo-terminal, in a mount namespace. @default - none */
  readonly within?: readonly string[];
}

/** A command of package.json, with a private TMPDIR, so that what it leaves behind is visible. */
export interface Command {
  /** The TMPDIR. */
  readonly home: string;
  /** Starts it; pass arguments with blanks as a list. */
  start(args: string | readonly string[], env?: NodeJS.ProcessEnv, options?: StartOptions): Run;
  /** The command lines of all its processes, including its workers' and its server's. */
  processes(): Promise<string[]>;
  /** The content of the TMPDIR. */
  leftovers(): Promise<string[]>;
}

/** Prepares a command (`cli/start/main.ts`) for the calling test file. */
export async function createCommand(module: string): Promise<Command> {
  const home = createFolder();
  return {
    home,
    start(args, env = {}, { ownGroup = false, within = [] } = {}) {
      const words = typeof args === "string" ? args.split(" ").filter(Boolean) : args;
      const [program = process.execPath, ...rest] = [...within, process.execPath, LAUNCH, module, ...words];
      let child: ChildProcess | undefined;
      let output = () => "";
      const ended = runProgram(program, rest, {
        ...{ env: { ...process.env, TMPDIR: home, ...env }, ownGroup },
        onStart(started) {
          child = started;
          output = collectOutput(started);
        },
      });
      return { child: child as unknown as ChildProcess, ended, output };
    },
    async processes() {
      const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
      const found = await Promise.all(
        pids.map(async (pid) => {
          const [words = "", env = ""] = await Promise.all(
            ["cmdline", "environ"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
          );
          return words.includes(home) || env.includes(`=${home}`) ? [words.replaceAll("\0", " ")] : [];
        }),
      );
      return found.flat();
    },
    leftovers: () => readdir(home),
  };
}
