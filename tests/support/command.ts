import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

const LAUNCH = fileURLToPath(new URL("../../cli/launch.mjs", import.meta.url));

/** A command's run; `output` is what it has printed so far. */
export interface Run {
  readonly child: ChildProcess;
  output(): string;
  readonly ended: Promise<{ exitCode: number | null; stdout: string; stderr: string }>;
}

/** A command of package.json, with a TMPDIR of its own, so that what it leaves behind can be seen. */
export interface Command {
  /** The TMPDIR. */
  readonly home: string;
  /** With `ownGroup` the run can be signalled as a terminal does it: with all of its group, by the negative of its pid. */
  start(args: string, env?: NodeJS.ProcessEnv, options?: { readonly ownGroup: boolean }): Run;
  /** The command lines of all its processes, its workers' and its server's too. */
  processes(): Promise<string[]>;
  /** What is in the TMPDIR. */
  left(): Promise<string[]>;
}

/** Prepares a command (`cli/start/main.ts`) for the calling test file. */
export async function createCommand(module: string): Promise<Command> {
  const home = await mkdtemp(join(tmpdir(), "run-"));
  after(() => rm(home, { recursive: true }));
  return {
    home,
    start(args, env = {}, { ownGroup } = { ownGroup: false }) {
      const child = spawn(process.execPath, [LAUNCH, module, ...args.split(" ").filter(Boolean)], {
        env: { ...process.env, TMPDIR: home, ...env },
        stdio: ["ignore", "pipe", "pipe"],
        detached: ownGroup,
      });
      const text = { stdout: "", stderr: "" };
      for (const name of ["stdout", "stderr"] as const) {
        child[name]?.setEncoding("utf8").on("data", (more: string) => {
          text[name] += more;
        });
      }
      const ended = new Promise<Awaited<Run["ended"]>>((resolve) =>
        child.once("close", (exitCode) => resolve({ exitCode, ...text })),
      );
      return { child, ended, output: () => text.stdout + text.stderr };
    },
    async processes() {
      const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
      const found = await Promise.all(
        pids.map(async (pid) => {
          const [words = "", env = ""] = await Promise.all(
            ["cmdline", "environ"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
          );
          return words.includes(home) || env.includes(`TMPDIR=${home}\0`) ? [words.replaceAll("\0", " ")] : [];
        }),
      );
      return found.flat();
    },
    left: () => readdir(home),
  };
}
