import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { runProgram } from "../../cli/runProgram.ts";

/** A program that Node runs, and its environment. */
export interface Program {
  readonly file: URL;
  readonly env: Readonly<Record<string, string>>;
  /** Text that its first line must contain. */
  readonly says: string;
}

/**
 * Runs a program to its end.
 *
 * @returns milliseconds from spawning it until its first line arrived.
 * @throws Error when that line is a different one, or the program fails.
 */
export async function timeToFirstLine({ file, env, says }: Program, signal: AbortSignal): Promise<number> {
  const path = fileURLToPath(file);
  const began = performance.now();
  let took = Number.NaN;
  const { exitCode, stdout } = await runProgram(process.execPath, [path], {
    ...{ env, signal, output: "inherit-stderr" },
    onStart: (child) =>
      child.stdout?.once("data", () => {
        took = performance.now() - began;
      }),
  });
  const first = stdout.split("\n", 1)[0] ?? "";
  if (exitCode !== 0 || !first.includes(says)) {
    throw new Error(`${path} must say ${says} first and exit 0; got ${JSON.stringify(first)} and exit ${exitCode}`);
  }
  return took;
}
