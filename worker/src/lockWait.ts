import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { connectDirectly } from "./connectDirectly.ts";
import type { Log } from "./log.ts";

/** Other sessions that need the table wait behind a migration, so it gives up long before its Job's deadline. */
const LOCK_WAIT_MS = 100_000;
const ANSWER_TIMEOUT_MS = 10_000;

/**
 * The sessions that keep a session from its lock, and whether it is their turn: other migrations or attachments, of which one works and the
 * others wait for it. That may take minutes, and nobody waits behind this one. A role that may not see their state sees their number and role.
 */
const BLOCKERS = `
  select case when blocker.pid = 0 then 'a prepared transaction (pg_prepared_xacts)' else concat(
    'session ', blocker.pid, ' of ' || coalesce(a.usename, a.backend_type),
    ' (' || nullif(concat_ws(', ', nullif(a.application_name, ''), a.state), '') || ')'
  ) end as session,
  a.state = 'active' and not exists (
    select from pg_locks l where l.pid in ($1, blocker.pid) and not l.granted and l.locktype <> 'advisory'
  ) as has_turn
  from unnest(pg_blocking_pids($1)) as blocker (pid) left join pg_stat_activity a on a.pid = blocker.pid`;

interface Blocker {
  readonly session: string;
  readonly has_turn: boolean | null;
}

/**
 * Runs `work`, which uses `client`, and gives up once `client` has been blocked by other sessions for `limitMs`, not counting the time in
 * which it was their turn. Unlike lock_timeout, this can name the sessions.
 *
 * @param config - for a second connection, which looks for blocking sessions; while it gets no answer, the last one is assumed
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
  const ended = new AbortController();
  try {
    await Promise.race([work(), refuseLongWait(config, rows[0]?.pid, log, limitMs, ended.signal)]);
  } finally {
    ended.abort();
  }
}

/** @throws Error naming the sessions that have blocked a session for too long; AbortError when `ended` aborts. */
async function refuseLongWait(
  config: pg.ClientConfig,
  pid: number | undefined,
  log: Log,
  limitMs: number,
  ended: AbortSignal,
): Promise<never> {
  let observer: pg.Client | undefined;
  const close = () => {
    void observer?.end().catch(() => undefined);
    observer = undefined;
  };
  const findBlockers = async (): Promise<Blocker[] | undefined> => {
    try {
      observer ??= await connectDirectly({ ...config, query_timeout: ANSWER_TIMEOUT_MS });
      return (await observer.query<Blocker>(BLOCKERS, [pid])).rows;
    } catch {
      // No free connection, or a broken one: the next look has another.
      close();
      return undefined;
    }
  };
  let since: number | undefined;
  let warned = false;
  try {
    for (;;) {
      await sleep(limitMs / 20, undefined, { signal: ended });
      const found = await findBlockers();
      if (found === undefined) continue;
      const sessions = found.map(({ session }) => session);
      if (sessions.length > 0 && !warned) log.warn("waiting for a lock", { sessions });
      warned = sessions.length > 0;
      since = found.every(({ has_turn }) => has_turn) ? undefined : (since ?? performance.now());
      if (since !== undefined && performance.now() - since >= limitMs) throw new Error(refusal(sessions, limitMs));
    }
  } finally {
    close();
  }
}

function refusal(sessions: readonly string[], limitMs: number): string {
  return (
    `cannot change the database: waited ${limitMs / 1_000} s for a lock held by ${sessions.join(", ")}. ` +
    "End that transaction (select pg_terminate_backend(SESSION) ends its session), and try again"
  );
}
