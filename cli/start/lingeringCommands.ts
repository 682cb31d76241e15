/** How long a command may run on after its request has ended before that is printed. */
const LINGER_MS = 10_000;

/**
 * Prints, once, which pods still run although every request has ended. Their commands have finished their requests with
 * `batch.finish()` and do not exit; a run, like a Job, waits for them.
 *
 * @param now - the present time in milliseconds, for tests
 * @returns a function to be called again and again, with the pods that run although every request has ended.
 */
export function createLingerNotice(
  print: (line: string) => void,
  now: () => number = () => performance.now(),
): (podNames: readonly string[]) => void {
  let since: number | undefined;
  let printed = false;
  return (podNames) => {
    if (podNames.length === 0) {
      since = undefined;
      return;
    }
    since ??= now();
    if (printed || now() - since < LINGER_MS) return;
    printed = true;
    print(
      `every request has ended, but the command still runs in ${podNames.join(", ")}: ` +
        "a program must exit after batch.finish() (an open connection pool or a thread may keep it alive)",
    );
  };
}
