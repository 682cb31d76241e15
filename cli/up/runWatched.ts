import { runInteractive } from "../runInteractive.ts";

/** How a watched program ended. */
export interface WatchedResult {
  /** Not 0 if the watch ended the program. */
  readonly exitCode: number;
  /** Why the watch ended the program; undefined if it did not. */
  readonly reason: readonly string[] | undefined;
}

/**
 * Runs a program on the user's terminal together with a watch. If the watch returns a reason before the program ends, the program is
 * asked to stop and waited for.
 */
export async function runWatched(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  watch: (ended: AbortSignal) => Promise<readonly string[] | undefined>,
): Promise<WatchedResult> {
  const ended = new AbortController();
  const stop = new AbortController();
  const watching = watch(ended.signal)
    .catch((error: Error) => {
      // Only Pulumi's own run counts.
      console.error(`warning: can no longer watch the cluster: ${error.message}`);
      return undefined;
    })
    .then((reason) => {
      if (reason !== undefined) stop.abort();
      return reason;
    });
  const exitCode = await runInteractive(program, args, env, stop.signal).finally(() => ended.abort());
  // A program that succeeded before the signal arrived was not stopped.
  const reason = stop.signal.aborted && exitCode !== 0 ? await watching : undefined;
  await watching;
  return { exitCode, reason };
}

/** Prints lines between the program's output. */
export function printAmid(lines: readonly string[]): void {
  console.error(["", ...lines, ""].join("\n"));
}
