import assert from "node:assert/strict";
import { test } from "node:test";
import type pg from "pg";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { statement } from "../../worker/src/queue/statement.ts";
import { createTestDatabase } from "../support/database.ts";

const SECONDS = 30;
/** On a busy machine some actions succeed rarely: a retry needs a request that is DEAD. */
const MAX_SECONDS = 90;
const KEYS = 40;
const KINDS = { parcel: "parcels", part: "parts" } as const;

const database = await createTestDatabase();
await database.query(`create table parcels (id bigint primary key, place integer);
  create table parts (id bigint, place integer, primary key (id, place)) partition by range (place);
  create table parts1 partition of parts for values from (0) to (10);
  create table parts2 partition of parts for values from (10) to (20);
  create table effects (id bigint);
  select batch.attach('parcels', 'parcel'), batch.attach('parts', 'part')`);

const upTo = (most: number) => 1 + Math.floor(Math.random() * most);
const key = () => upTo(KEYS);
const anyKind = () => (Math.random() < 0.5 ? "parcel" : "part");
const anyTable = () => KINDS[anyKind()];
let jobs = 0;

/** A pod claims, and records how its work ended; its program may finish the request in its own transaction. */
async function work(client: pg.Client): Promise<void> {
  const kind = anyKind();
  const job = `job-${++jobs}`;
  const session = 1_000 + jobs;
  const values = [kind, job, job, session, [4, 4, 100, 100], 0.1, null, null, 0, true];
  const [claimed] = (await client.query(statement("claim").text, values)).rows;
  if (claimed === undefined) return;
  const { request_id: id, attempt, token } = claimed;
  const attemptKey = [kind, job, id, attempt, session];
  const end = upTo(4);
  if (end === 1) await client.query(statement("succeed").text, [...attemptKey, null]);
  if (end === 2) await client.query(statement("fail").text, [...attemptKey, "error", "no", Math.random() < 0.5]);
  if (end === 3) {
    await client.query("begin");
    await client.query("select batch.own($1)", [`${kind}:${id}:${attempt}:${token}`]);
    await client.query("insert into effects values ($1)", [id]);
    await client.query("select batch.finish($1)", [`${kind}:${id}:${attempt}:${token}`]);
    await client.query("commit");
  }
  // A crash otherwise: the session's lock is released.
  await client.query("select pg_advisory_unlock_all()");
}

/** What pods, KEDA, applications, administrators and migrations do. */
const ACTIONS: Readonly<Record<string, (client: pg.Client) => Promise<unknown>>> = {
  "a pod": work,
  "another pod": work,
  "a third pod": work,
  polls: (client) => client.query(`select batch.demand('${anyKind()}', 1, 20)`),
  inserts: (client) =>
    client.query(`begin; insert into parcels values (${key()}, 1) on conflict do nothing;
      insert into parts values (${key()}, ${upTo(19)}) on conflict do nothing; commit`),
  deletes: (client) => client.query(`delete from ${anyTable()} where id = ${key()}`),
  "changed keys": (client) => client.query(`update ${anyTable()} set id = ${key()} where id = ${key()}`),
  "rows moved": (client) => client.query(`update parts set place = ${upTo(19)} where id = ${key()}`),
  "tables truncated": (client) => client.query(upTo(10) === 1 ? `truncate ${anyTable()}` : "select"),
  partitions: async (client) => {
    await client.query("alter table parts detach partition parts2");
    await client.query("alter table parts attach partition parts2 for values from (10) to (20)");
  },
  retries: (client) => client.query(`select batch.retry('${anyKind()}', ${key()})`),
  cancellations: (client) => client.query(`select batch.cancel('${anyKind()}', ${key()})`),
  purges: (client) => client.query(`select batch.purge('${anyKind()}', '0', 5)`),
  attachments: async (client) => {
    const kind = anyKind();
    if (upTo(3) === 1) await client.query(`select batch.detach('${kind}')`);
    await client.query(`select batch.attach('${KINDS[kind]}', '${kind}')`);
  },
  "other attachments": (client) => client.query(`select batch.attach('${KINDS.part}', 'part')`),
  migrations: (client) => migrate(client, noopLog),
};

/** What the queue refuses, and what PostgreSQL does: a key that exists, a partition that is detached, a row that was moved meanwhile. */
const REFUSALS = /^(P0001|55006|23505|23514|40001)$/;

test(`nothing that is done concurrently for ${SECONDS} s deadlocks or fails`, { timeout: 180_000 }, async () => {
  const startedAt = Date.now();
  const failures: string[] = [];
  const succeeded = new Set<string>();
  const isOver = () => {
    const seconds = (Date.now() - startedAt) / 1_000;
    return seconds >= (succeeded.size < Object.keys(ACTIONS).length ? MAX_SECONDS : SECONDS);
  };
  await Promise.all(
    Object.entries(ACTIONS).map(async ([name, act]) => {
      const client = await database.open();
      await client.query("set deadlock_timeout = '100ms'; set lock_timeout = '8s'");
      while (!isOver()) {
        try {
          await act(client);
          succeeded.add(name);
        } catch (error) {
          const { code = "", message, detail, where } = error as pg.DatabaseError;
          if (!REFUSALS.test(code)) failures.push(`${name}: ${code} ${message}\n${detail}\n${where}`);
          await client.query("rollback");
          await client.query("select pg_advisory_unlock_all()");
        }
        await new Promise((resolve) => setTimeout(resolve, upTo(20)));
      }
    }),
  );
  assert.deepEqual(failures, []);
  assert.deepEqual([...succeeded].sort(), Object.keys(ACTIONS).sort());
  const [row] = await database.query<{ finished: number }>("select count(*)::integer as finished from effects");
  assert.ok((row?.finished ?? 0) > 0, "no program finished its request");
});
