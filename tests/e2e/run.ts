import { spawn } from "node:child_process";
import { waitFor } from "./interrupt.ts";

export interface RunOptions {
  /** Is sent to the command's standard input. */
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /**
   * What has to be done if the command is cut short. With it an interruption waits for the command, which has a process group
   * of its own: a terminal's Ctrl-C reaches it only by `endOnSignals`, and so once. @default - it may be cut short
   */
  readonly ifCutShort?: string;
}

/**
 * Runs a command and returns what it wrote to standard output.
 *
 * @throws Error with the end of both outputs when it ends otherwise than by exit code 0.
 */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { cwd, ifCutShort } = options;
  const detached = ifCutShort !== undefined;
  const child = spawn(command, args, { cwd, env: { ...process.env, ...options.env }, detached });
  if (ifCutShort !== undefined) waitFor(child, ifCutShort);
  const out: Buffer[] = [];
  const all: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => {
    out.push(chunk);
    all.push(chunk);
  });
  child.stderr.on("data", (chunk: Buffer) => all.push(chunk));
  // A command that ends before it has read everything says so by its exit code.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code === 0) return Buffer.concat(out).toString();
  const said = Buffer.concat(all).toString().trim().slice(-4_000);
  throw new Error(`${command} ${args.slice(0, 4).join(" ")} ended with ${code}:\n${said}`);
}

/** Whether a command is on PATH. */
export async function isThere(command: string, ...args: readonly string[]): Promise<boolean> {
  return await run(command, args).then(
    () => true,
    () => false,
  );
}
