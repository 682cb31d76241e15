/** How long a pod may run on after every request has ended before that is printed. */
const LINGER_MS = 10_000;

/**
 * Prints, once, which pods still run although every request has ended. Their commands have finished their requests with
 * `batch.finish()` and do not exit; a run, like a Job, waits for them.
 *
 * @param now - the present time in milliseconds, for tests
 * @returns a function to call at each update, with the pods that still run although every request has ended; none before.
 */
export function createLingerNotice(
  print: (line: string) => void,
  now: () => number = () => performance.now(),
): (podNames: readonly string[]) => void {
  const since = new Map<string, number>();
  let printed = false;
  return (podNames) => {
    for (const name of since.keys()) if (!podNames.includes(name)) since.delete(name);
    for (const name of podNames) since.set(name, since.get(name) ?? now());
    if (printed || ![...since.values()].some((start) => now() - start >= LINGER_MS)) return;
    printed = true;
    print(
      `every request has ended, but the command still runs in ${podNames.join(", ")}: ` +
        "a program must exit after batch.finish() (an open connection pool or a thread may keep it alive)",
    );
  };
}
