import type pg from "pg";
import { createClient } from "./createClient.ts";
import type { Log } from "./log.ts";

/** Whatever writes to the table that is locked waits behind the migration: it gives up long before its Job's deadline. */
export const LOCK_WAIT_MS = 100_000;

const BLOCKERS = `
  select coalesce(
    format('session %s of %s (%s)', a.pid, a.usename, concat_ws(', ', nullif(a.application_name, ''), a.state)),
    'a prepared transaction'
  ) as session
  from unnest(pg_blocking_pids($1)) as blocker (pid) left join pg_stat_activity a on a.pid = blocker.pid`;

/**
 * Runs `work`, statements of `client`. When these have waited for locks of other sessions for `limitMs` without a break, gives up.
 *
 * @param config - opens another connection, which looks for such sessions; if it cannot be opened, nothing is given up
 * @throws Error naming these sessions; the caller closes `client`, whose statement is then canceled. Otherwise what `work` throws.
 */
export async function withoutLongLockWaits(
  config: pg.ClientConfig,
  client: pg.ClientBase,
  log: Log,
  work: () => Promise<void>,
  limitMs: number = LOCK_WAIT_MS,
): Promise<void> {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  const observer = createClient({ ...config, connectionTimeoutMillis: limitMs, query_timeout: limitMs });
  observer.on("error", () => undefined);
  const connected = observer.connect().then(
    () => true,
    () => false,
  );
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    let since: number | undefined;
    timer = setInterval(async () => {
      if (!(await connected)) return;
      try {
        const found = await observer.query<{ session: string }>(BLOCKERS, [rows[0]?.pid]);
        const sessions = found.rows.map(({ session }) => session);
        if (sessions.length === 0) since = undefined;
        else if (since === undefined) log.warn("the migration waits for a lock", { sessions });
        if (sessions.length > 0) since ??= performance.now();
        if (since !== undefined && performance.now() - since >= limitMs) reject(new Error(refusal(sessions, limitMs)));
      } catch {
        // Without an answer there is nothing to report.
      }
    }, limitMs / 20);
  });
  try {
    await Promise.race([work(), tooLong]);
  } finally {
    clearInterval(timer);
    void observer.end().catch(() => undefined);
  }
}

function refusal(sessions: readonly string[], limitMs: number): string {
  return (
    `cannot migrate: for ${limitMs / 1_000} s it waited for locks that ${sessions.join(", ")} has. ` +
    "End these transactions (select pg_terminate_backend(SESSION) ends a session), and migrate again"
  );
}
