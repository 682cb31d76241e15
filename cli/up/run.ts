import { spawn } from "node:child_process";

/** How a program ended. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Signals that ask a run to stop. */
const STOP = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs a program and keeps what it says to itself. */
export function ask(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (more: string) => {
        said[name] += more;
      });
    }
    child.once("error", reject);
    child.once("close", (code) => resolve({ exitCode: code ?? 1, ...said }));
  });
}

/**
 * Runs a program in front of the user, and waits for it whatever signal comes: a Pulumi that is not waited for would go on
 * unseen, or leave its state locked.
 *
 * A terminal's Ctrl-C reaches the program by itself, and a second one would make Pulumi drop everything; so it is passed on
 * only where there is no terminal, to a process group of the program's own.
 */
export function follow(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: "inherit", detached: !terminal });
    let asked = false;
    const stop = (signal: NodeJS.Signals) => {
      // npm passes on what its whole process group has got already: one is enough.
      if (asked || (terminal && signal === "SIGINT")) return;
      asked = true;
      child.kill("SIGINT");
    };
    for (const signal of STOP) process.on(signal, stop);
    child.once("error", reject);
    child.once("close", (code) => {
      for (const signal of STOP) process.off(signal, stop);
      resolve(code ?? 1);
    });
  });
}
