import { runInteractive } from "../runInteractive.ts";

/** How a program ended that was watched. */
export interface WatchedResult {
  /** Not 0 where the watch ended the program. */
  readonly exitCode: number;
  /** Why the watch ended the program; undefined where it did not. */
  readonly reason: readonly string[] | undefined;
}

/**
 * Runs a program on the user's terminal with a watch beside it. Where the watch returns a reason before the program ends, the
 * program is asked to stop and waited for.
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
      // Pulumi's own run is what counts.
      console.error(`warning: cannot watch the cluster any more: ${error.message}`);
      return undefined;
    })
    .then((reason) => {
      if (reason !== undefined) stop.abort();
      return reason;
    });
  const exitCode = await runInteractive(program, args, env, { stop: stop.signal }).finally(() => ended.abort());
  // A program that succeeded before the signal came has not been stopped.
  const reason = stop.signal.aborted && exitCode !== 0 ? await watching : undefined;
  await watching;
  return { exitCode, reason };
}

/** Prints lines amid the output of the program. */
export function printAmid(lines: readonly string[]): void {
  console.error(["", ...lines, ""].join("\n"));
}
