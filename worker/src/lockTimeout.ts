/** How long a migration waits for a lock. Whatever writes to that table waits behind it, so it waits for less than a migration may take. */
export const LOCK_TIMEOUT_SECONDS = 120;

/** What went wrong and, if another transaction kept a lock, how to find that transaction. */
export function explainLockTimeout(error: Error): string {
  const { code } = error as { code?: unknown };
  // lock_not_available
  if (code !== "55P03") return error.message;
  return (
    "another transaction keeps a table locked that it has written to. Find it by: select pid, xact_start, query from pg_stat_activity " +
    "where xact_start is not null order by xact_start; wait for its end, or end it by pg_terminate_backend(pid), and migrate again"
  );
}
