import type pg from "pg";

/** A session of the server. Another one may get the same process number later, but not the same start. */
export interface ServerSession {
  readonly pid: number;
  readonly start: string;
}

/** Part of connecting, as `INSPECTION` is. */
export const IDENTIFY = "select a.pid, a.backend_start::text as start from pg_stat_get_activity(pg_backend_pid()) a";

/**
 * Only while it waits for its client or for a lock. A session that is committing must go on to wait for the synchronous replica: if it were
 * ended before, others would see its transaction as committed although the replica does not have it.
 */
export const END = `
  select pg_terminate_backend(a.pid) from pg_stat_activity a
  where a.pid = $1 and a.backend_start = $2::timestamptz and a.usename = session_user and a.wait_event_type in ('Client', 'Lock')`;

/** The session of a connection without a pooler; undefined if the role may not see it. */
export async function identifySession(client: pg.ClientBase): Promise<ServerSession | undefined> {
  return (await unlessRefused(client.query<ServerSession>(IDENTIFY)))?.rows[0];
}

/**
 * Asks the server to end a session of this role whose answer was lost: its statement may still be on its way, and must not be executed
 * after it was repeated. If the server refuses, or the session is gone, nothing happens.
 *
 * @param client - another connection, without a pooler
 * @throws an error of that connection
 */
export async function endLostSession(client: pg.ClientBase, { pid, start }: ServerSession): Promise<void> {
  await unlessRefused(client.query(END, [pid, start]));
}

async function unlessRefused<Result>(result: Promise<Result>): Promise<Result | undefined> {
  try {
    return await result;
  } catch (error) {
    // Only errors that the server reports have a severity.
    if ((error as { severity?: string }).severity === undefined) throw error;
    return undefined;
  }
}
