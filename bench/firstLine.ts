import { spawn } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";

/** A program of Node's and what leads it. */
export interface Program {
  readonly file: URL;
  readonly env: Readonly<Record<string, string>>;
  /** What its first line must hold. */
  readonly says: string;
}

/**
 * Runs a program to its end.
 *
 * @returns milliseconds from spawning it until its first line arrived.
 * @throws Error when that line is another one, or the program fails.
 */
export async function timeToFirstLine({ file, env, says }: Program, signal: AbortSignal): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, [file.pathname], { env, signal, stdio: ["ignore", "pipe", "inherit"] });
  const closed = once(child, "close");
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const took = performance.now() - began;
  child.stdout.resume();
  const [code] = await closed;
  const first = line.toString().split("\n")[0] ?? "";
  if (code !== 0 || !first.includes(says)) {
    throw new Error(`${file.pathname} must say ${says} first and exit 0; got ${first} and exit ${code}`);
  }
  return took;
}
