import { spawn } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";

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
  const path = fileURLToPath(file);
  const began = performance.now();
  const child = spawn(process.execPath, [path], { env, signal, stdio: ["ignore", "pipe", "inherit"] });
  let took = Number.NaN;
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    if (said === "") took = performance.now() - began;
    said += chunk;
  });
  const [code] = await once(child, "close");
  const first = said.split("\n", 1)[0] ?? "";
  if (code !== 0 || !first.includes(says)) {
    throw new Error(`${path} must say ${says} first and exit 0; got ${JSON.stringify(first)} and exit ${code}`);
  }
  return took;
}
