import type pg from "pg";
import { createClient } from "./createClient.ts";
import type { Log } from "./log.ts";

/** Other sessions that need the table wait behind the migration, so it gives up long before its Job's deadline. */
const LOCK_WAIT_MS = 100_000;

/** The sessions that keep a session from its lock. A role that may not see their state sees their number and role. */
const BLOCKERS = `
  select case when blocker.pid = 0 then 'a prepared transaction (pg_prepared_xacts)' else concat(
    'session ', blocker.pid, ' of ' || coalesce(a.usename, a.backend_type),
    ' (' || nullif(concat_ws(', ', nullif(a.application_name, ''), a.state), '') || ')'
  ) end as session
  from unnest(pg_blocking_pids($1)) as blocker (pid) left join pg_stat_activity a on a.pid = blocker.pid`;

/**
 * Runs `work`, which uses `client`, and gives up once `client` has been blocked by other sessions for `limitMs`. Unlike lock_timeout, this
 * can name the sessions.
 *
 * @param config - for a second connection, which looks for blocking sessions; without it there is no limit
 * @throws Error naming the blocking sessions; the caller then closes `client`, which cancels its statement. Otherwise what `work` throws.
 */
export async function limitLockWait(
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
        // Unknown: asked again at the next interval.
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
    `cannot migrate: waited ${limitMs / 1_000} s for a lock held by ${sessions.join(", ")}. ` +
    "End that transaction (select pg_terminate_backend(SESSION) ends its session), and migrate again"
  );
}
