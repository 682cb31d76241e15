import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { closeClient, getTraffic } from "./clientConnection.ts";
import { connectDirectly } from "./connectDirectly.ts";
import { LockWaitError, NoAnswerError } from "./errors.ts";
import type { Log } from "./log.ts";

/** How long a session may wait, in milliseconds. What the server executes may take any time. */
export interface WaitLimits {
  /** For locks of other sessions: those that need the table wait behind a migration, which gives up long before its Job's deadline. */
  readonly lockMs: number;
  /** For an answer, while the server executes nothing for the session: more than a slow network needs to carry a large statement. */
  readonly answerMs: number;
  /** For any answer to a second connection. */
  readonly silenceMs: number;
}

const LIMITS: WaitLimits = { lockMs: 100_000, answerMs: 30_000, silenceMs: 60_000 };

/** How long the second connection waits for each answer. */
const LOOK_TIMEOUT_MS = 10_000;

/** A blocker without a session. */
const PREPARED = "a prepared transaction";

/**
 * The sessions that keep a session from its lock, and whether it is their turn: other migrations or attachments, of which one works and the
 * others wait for it. That may take minutes, and nobody waits behind this one. A role that may not see their state sees their number and
 * role. And whether the session itself executes nothing: it waits for its client, or has ended.
 */
const STATE = `
  select not exists (select from pg_stat_activity s where s.pid = $1 and s.wait_event is distinct from 'ClientRead') as idle,
  coalesce((
    select json_agg(json_build_object(
      'session', case when blocker.pid = 0 then '${PREPARED} (pg_prepared_xacts)' else concat(
        'session ', blocker.pid, ' of ' || coalesce(a.usename, a.backend_type),
        ' (' || nullif(concat_ws(', ', nullif(a.application_name, ''), a.state), '') || ')'
      ) end,
      'has_turn', a.state = 'active' and not exists (
        select from pg_locks l where l.pid in ($1, blocker.pid) and not l.granted and l.locktype <> 'advisory'
      )
    ))
    from unnest(pg_blocking_pids($1)) as blocker (pid) left join pg_stat_activity a on a.pid = blocker.pid
  ), '[]') as blockers`;

interface State {
  readonly idle: boolean;
  readonly blockers: readonly { readonly session: string; readonly has_turn: boolean | null }[];
}

/**
 * Runs `work`, which uses `client`, and gives up once `client` has waited for too long: for other sessions, not counting the time in which
 * it was their turn, or for an answer that a network keeps back. Unlike lock_timeout, this can name the sessions, and no limit of a
 * statement could tell a lost answer from an hour's work. The session is ended then, which releases what it has locked.
 *
 * @param config - for a second connection, which looks at the session of `client`
 * @throws LockWaitError naming the blocking sessions; NoAnswerError; the caller then closes `client`. Otherwise what `work` throws.
 */
export async function limitWaits<Result>(
  config: pg.ClientConfig,
  client: pg.ClientBase,
  log: Log,
  work: () => Promise<Result>,
  limits: Partial<WaitLimits> = {},
): Promise<Result> {
  const observer = new Observer(config, getTraffic(client).pid);
  const ended = new AbortController();
  try {
    return await Promise.race([work(), refuseLongWait(observer, client, log, { ...LIMITS, ...limits }, ended.signal)]);
  } catch (error) {
    // Not awaited, so that the caller closes `client` before it hears of this end.
    if (error instanceof LockWaitError || error instanceof NoAnswerError) observer.endSession();
    throw error;
  } finally {
    ended.abort();
    observer.close();
  }
}

/** The second connection: what it sees of a session. */
class Observer {
  readonly pid: number;
  readonly #config: pg.ClientConfig;
  #client: pg.Client | undefined;

  constructor(config: pg.ClientConfig, pid: number) {
    this.#config = config;
    this.pid = pid;
  }

  /** @returns `silent` if there was no answer; undefined if there was another one: no free connection, for example. */
  async look(): Promise<State | "silent" | undefined> {
    try {
      this.#client ??= await this.#connect();
      const { rows } = await this.#client.query<State>(STATE, [this.pid]);
      return rows[0];
    } catch (error) {
      // The next look has another connection.
      this.close();
      const isSilent = error instanceof NoAnswerError || (error as Error).message === "Query read timeout";
      return isSilent ? "silent" : undefined;
    }
  }

  endSession(): void {
    const client = this.#client;
    this.#client = undefined;
    void client
      ?.query("select pg_terminate_backend($1)", [this.pid])
      .catch(() => undefined)
      .finally(() => closeClient(client));
  }

  close(): void {
    if (this.#client) void closeClient(this.#client);
    this.#client = undefined;
  }

  async #connect(): Promise<pg.Client> {
    const client = await connectDirectly({ ...this.#config, query_timeout: LOOK_TIMEOUT_MS });
    // Sessions belong to the role of the login, which may act as another one that may neither see nor end them.
    await client.query("set role none");
    return client;
  }
}

/** @throws LockWaitError or NoAnswerError once the session has waited for too long; AbortError when `ended` aborts. */
async function refuseLongWait(
  observer: Observer,
  client: pg.ClientBase,
  log: Log,
  { lockMs, answerMs, silenceMs }: WaitLimits,
  ended: AbortSignal,
): Promise<never> {
  let answeredAt = performance.now();
  let blockedSince: number | undefined;
  let idleSince: number | undefined;
  let { bytesRead } = getTraffic(client);
  let warned = false;
  for (;;) {
    await sleep(lockMs / 20, undefined, { signal: ended });
    const found = await observer.look();
    // It may have connected meanwhile.
    if (ended.aborted) observer.close();
    ended.throwIfAborted();
    const now = performance.now();
    if (found === "silent") {
      if (now - answeredAt >= silenceMs) throw new NoAnswerError(describeSilence(silenceMs));
      continue;
    }
    answeredAt = now;
    if (found === undefined) continue;
    const traffic = getTraffic(client);
    // A slow network may still carry the end of a long answer, or the statement.
    const isIdle = found.idle && traffic.bytesRead === bytesRead && !traffic.isSending;
    bytesRead = traffic.bytesRead;
    idleSince = isIdle ? (idleSince ?? now) : undefined;
    if (idleSince !== undefined && now - idleSince >= answerMs) {
      throw new NoAnswerError(describeLostAnswer(observer.pid, answerMs));
    }
    const sessions = found.blockers.map(({ session }) => session);
    if (sessions.length > 0 && !warned) log.warn("waiting for a lock", { sessions });
    warned = sessions.length > 0;
    blockedSince = found.blockers.every(({ has_turn }) => has_turn) ? undefined : (blockedSince ?? now);
    if (blockedSince !== undefined && now - blockedSince >= lockMs) {
      throw new LockWaitError(describeLock(sessions, lockMs));
    }
  }
}

function describeLock(sessions: readonly string[], limitMs: number): string {
  const prepared = sessions.filter((session) => session.startsWith(PREPARED)).length;
  const ends = [
    ...(prepared < sessions.length ? ["select pg_terminate_backend(SESSION) ends its session"] : []),
    ...(prepared > 0 ? ["rollback prepared 'GID' ends a prepared one"] : []),
  ];
  return (
    `cannot change the database: waited ${limitMs / 1_000} s for a lock held by ${sessions.join(", ")}. ` +
    `End that transaction (${ends.join("; ")}), and try again`
  );
}

function describeLostAnswer(pid: number, limitMs: number): string {
  return (
    `cannot change the database: no answer arrived for ${limitMs / 1_000} s, in which the server's session ${pid} executed nothing. ` +
    "A proxy, a firewall or the network in between keeps the answer back: correct that, and try again"
  );
}

function describeSilence(limitMs: number): string {
  return (
    `cannot change the database: the server has answered neither the statement nor a second connection for ${limitMs / 1_000} s. ` +
    "Check the server, and the proxy or network in between, and try again"
  );
}
