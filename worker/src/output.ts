import { setTimeout as sleep } from "node:timers/promises";

/** How long an ending process waits for its log to be read. */
const FLUSH_LIMIT_MS = 5_000;

/** Ignores a closed output (EPIPE) and a full disk: the work does not depend on its output. */
export function ignoreOutputErrors(): void {
  for (const output of [process.stdout, process.stderr]) output.on("error", () => undefined);
}

/**
 * Resolves when everything written so far has reached the reader, or after 5 s. Needed before the process exits: what does not fit
 * into the pipe at once waits in memory, and `process.exit()` drops it.
 */
export async function flushOutput(): Promise<void> {
  const outputs = [process.stdout, process.stderr];
  const written = Promise.all(outputs.map((output) => new Promise((resolve) => output.write("", resolve))));
  await Promise.race([written, sleep(FLUSH_LIMIT_MS)]);
}
