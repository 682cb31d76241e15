import fc from "fast-check";
import type pg from "pg";
import { statement } from "../../worker/src/queue/statement.ts";
import type { TestDatabase } from "../support/database.ts";
import { until } from "../support/until.ts";
import { REFUSALS, TABLES, WRITES } from "./userWrites.ts";

const NONE = /^$/;

const POLL = "select batch.demand('parcel', 1, 10)";
/** Reservations end, and so does the patience with dead workers. */
const PASS_TIME = `update batch.queue set reserved_until = reserved_until - interval '1 day', suspected_at = suspected_at - interval '1 day'
  where ctid = any (array(select ctid from batch.queue for update skip locked))`;

interface Attempt {
  readonly key: readonly unknown[];
  readonly tag: string;
}

/** A history that ended wrongly; its message tells it step by step. */
export class Contradiction extends Error {}

class Session {
  readonly client: pg.Client;
  readonly pid: number;
  busy = false;
  session = 0;
  attempt: Attempt | undefined;

  constructor(client: pg.Client, pid: number) {
    this.client = client;
    this.pid = pid;
  }

  static async open(database: TestDatabase, user: string): Promise<Session> {
    const client = await database.open();
    client.on("error", () => {}); // Histories.close()
    await client.query(`set deadlock_timeout = '20ms'; set session authorization ${user}`);
    const { rows } = await client.query("select pg_backend_pid() as pid");
    return new Session(client, rows[0].pid);
  }
}

/** Two applications, two pods, and one session of KEDA or an operator. */
export class Histories {
  readonly #database: TestDatabase;
  readonly #sessions: readonly Session[];
  #number = 0;
  #successes = new Map<string, number>();
  #failures: string[] = [];
  #log: string[] = [];

  constructor(database: TestDatabase, sessions: readonly Session[]) {
    this.#database = database;
    this.#sessions = sessions;
  }

  static async start(database: TestDatabase): Promise<Histories> {
    const roles = ["postgres", "postgres", "batch_worker", "batch_worker", "postgres"];
    return new Histories(database, await Promise.all(roles.map((role) => Session.open(database, role))));
  }

  async close(): Promise<void> {
    await this.#database.query(
      `select pg_terminate_backend(pid, 10_000) from unnest('{${this.#sessions.map(({ pid }) => pid)}}'::integer[]) as pid`,
    );
  }

  /** Every row that is there at the end has been run once, no row has succeeded twice, and neither a pod nor a poll fails. */
  property(): fc.IAsyncPropertyWithHooks<[string, [number, number, number, number, number][]]> {
    const nat = (max: number) => fc.nat({ max });
    const step = fc.tuple(nat(4), nat(10_000), nat(2), nat(2), nat(1));
    const steps = fc.array(step, { minLength: 8, maxLength: 25, size: "max" });
    return fc.asyncProperty(fc.constantFrom(...Object.keys(TABLES)), steps, async (table, drawn) => {
      await this.#reset(TABLES[table] as string);
      for (const [index, what, a, b, place] of drawn) {
        const session = this.#sessions[index] as Session;
        if (session.busy) continue;
        if (index < 2)
          this.#write(session, (WRITES[what % WRITES.length] as (typeof WRITES)[0])(a + 1, b + 1, place + 1));
        else if (index < 4) this.#work(session, what % 4, a);
        else this.#keep(session, what % 4);
        await this.#settle();
      }
      await this.#finish();
      const contradictions = [...this.#failures, ...(await this.#contradictions())];
      if (contradictions.length > 0) throw new Contradiction([table, ...this.#log, ...contradictions].join("\n"));
    });
  }

  get #hasOldSnapshots(): boolean {
    return this.#log.some((line) => /begin isolation level (repeatable read|serializable)/.test(line));
  }

  #start(session: Session, what: string, answer: Promise<unknown>, refusals: RegExp): void {
    this.#log.push(`${this.#sessions.indexOf(session)}: ${what}`);
    session.busy = true;
    answer
      .catch((error: pg.DatabaseError) => {
        if (!refusals.test(`${error.code} ${error.message}`))
          this.#failures.push(`${error.code} ${error.message}\n${error.where}`);
      })
      .finally(() => {
        session.busy = false;
      });
  }

  /** Several statements outside of a transaction are one. */
  #write(session: Session, text: string): void {
    this.#start(session, text, session.client.query(text), REFUSALS);
  }

  #work(session: Session, what: number, job: number): void {
    const name = session.attempt ? ["dies", "fails", "succeeds", "succeeds"][what] : `claims as job-${job}`;
    this.#start(
      session,
      `pod ${name}`,
      what === 0 ? this.#die(session) : this.#continue(session, what, `job-${job}`),
      NONE,
    );
  }

  async #die(session: Session): Promise<void> {
    session.attempt = undefined;
    await session.client.query("select pg_advisory_unlock_all()");
    session.session = ++this.#number;
  }

  async #continue(session: Session, what: number, job: string): Promise<void> {
    const { client, attempt } = session;
    if (attempt && what === 1) {
      await client.query(statement("fail").text, [...attempt.key, "error", "no", false]);
      session.attempt = undefined;
    } else if (attempt) {
      const { rowCount } = await client.query(statement("succeed").text, [...attempt.key, null]);
      if (rowCount) this.#successes.set(attempt.tag, 1 + (this.#successes.get(attempt.tag) ?? 0));
      session.attempt = undefined;
    } else {
      const values = ["parcel", job, job, session.session, [90, 90, 90, 90], 0.1, null, null, 0, true];
      const [row] = (await client.query(statement("claim").text, values)).rows;
      if (row) {
        const key = ["parcel", job, row.request_id, row.attempt, session.session];
        session.attempt = { key, tag: String(JSON.parse(row.request).tag) };
      }
    }
  }

  #keep(session: Session, what: number): void {
    const text = [POLL, POLL, PASS_TIME, "select batch.attach('parcels', 'parcel')"][what] as string;
    this.#start(session, text, session.client.query(text), NONE);
  }

  /** Waits until every session has its answer or waits for a lock. */
  async #settle(): Promise<void> {
    await until(
      "every session has its answer or waits for a lock",
      async () => {
        const pids = this.#sessions.filter(({ busy }) => busy).map(({ pid }) => pid);
        if (pids.length === 0) return true;
        const waiting = await this.#database.query<{ pid: number }>(
          "select pid from pg_stat_activity where pid = any ($1) and wait_event_type = 'Lock' and clock_timestamp() - query_start > '30ms'",
          [pids],
        );
        return this.#sessions.every(({ busy, pid }) => !busy || waiting.some((each) => each.pid === pid));
      },
      { intervalMs: 1 },
    );
  }

  async #reset(table: string): Promise<void> {
    await this.#database.query(`drop table if exists parcels cascade; drop sequence if exists tags; drop function if exists react;
      delete from batch.kind where kind = 'parcel'`);
    await this.#database.reset();
    await this.#database.query(`${table}; select batch.attach('parcels', 'parcel')`);
    this.#successes = new Map();
    this.#failures = [];
    this.#log = [];
    for (const session of this.#sessions.slice(2, 4)) await this.#die(session);
  }

  /** Every transaction ends, the pods die, and one that replaces them works until nothing is left. */
  async #finish(): Promise<void> {
    await until("every transaction has ended", async () => {
      const free = this.#sessions.slice(0, 2).filter(({ busy }) => !busy);
      for (const session of free) this.#write(session, "commit");
      await this.#settle();
      return free.length === 2 && this.#sessions.every(({ busy }) => !busy);
    });
    const [, , pod, other, keda] = this.#sessions as [Session, Session, Session, Session, Session];
    await this.#die(other);
    await until(
      "the queue is empty, and nothing is left for a poll",
      async () => {
        await this.#die(pod);
        await keda.client.query(PASS_TIME);
        await keda.client.query(POLL);
        for (const _ of ["claim", "succeed"]) await this.#continue(pod, 2, `last-${this.#number}`);
        const inserted = await this.#database.query("select from batch.deleted_request where reinserted");
        return inserted.length + (await this.#database.queued("parcel")).length === 0;
      },
      { intervalMs: 1 },
    );
  }

  async #contradictions(): Promise<string[]> {
    const rows = await this.#database.query<{ id: string; tag: string; error: string | null }>(
      `select id, tag, (select h.error from batch.history h where h.kind = 'parcel' and h.request_id = id order by attempt desc limit 1) as error
       from parcels`,
    );
    const phantoms = await this.#database.query<{ id: string; text: string }>(
      "select request_id as id, error as text from batch.history where kind = 'parcel' and error like '%has no row%'",
    );
    const rejected = await this.#database.query<{ id: string; text: string }>(
      "select request_id as id, reason as text from batch.rejected",
    );
    // Of two rows with a key, in two partitions, one may be invisible to such a transaction, which inserts the other: it is reported.
    const reported =
      this.#hasOldSnapshots && (await this.#database.query("select from pg_partitioned_table")).length > 0;
    const mayRemain = new Set(reported ? rejected.map(({ id }) => id) : []);
    return [
      ...rows
        .filter(({ tag, error }) => !this.#successes.has(tag) && !error?.startsWith("a Job was working on it as"))
        .filter(({ id }) => !mayRemain.has(id))
        .map(({ id, tag }) => `the row ${id} (tag ${tag}) was not run`),
      ...[...this.#successes]
        .filter(([, count]) => count > 1)
        .map(([tag]) => `the row with tag ${tag} succeeded twice`),
      ...[...phantoms, ...rejected.filter(({ id }) => !mayRemain.has(id))].map(
        ({ id, text }) => `the request ${id}: ${text}`,
      ),
    ];
  }
}
