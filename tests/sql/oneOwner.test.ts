import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type pg from "pg";
import { createTestDatabase } from "../support/database.ts";
import { type Claim, claim, claimParams, FINAL_ERROR, fail, poll, succeed } from "../support/queue.ts";

const database = await createTestDatabase();
const { query } = database;
const worker = database.connect();
/** The errors by which PostgreSQL, or the queue, refuses a transaction: an application repeats one that has an old snapshot (40001). */
const REFUSED = {
  "read committed": /^(23505|(P0001|55006) .*(one request, one owner|no work is done twice))/,
  "repeatable read": /^(40001|23505 .*queue_pkey)/,
  serializable: /^(40001|23505 .*queue_pkey)/,
} as const;
const ISOLATION = ["read committed", "repeatable read", "serializable"] as const;

async function claimed(job: string): Promise<Claim | undefined> {
  return await claim(worker, claimParams(job));
}

/** Request 1 is DEAD. */
async function giveUp(): Promise<void> {
  await fail(worker, (await claimed("first")) as Claim, FINAL_ERROR);
}

/** Whether the transaction may commit, or is `refused`. */
async function committed(client: pg.Client, statements: readonly string[], refused: RegExp): Promise<boolean> {
  try {
    for (const statement of statements) await client.query(statement);
    await client.query("commit");
    return true;
  } catch (error) {
    assert.match(`${(error as { code?: string }).code} ${(error as Error).message}`, refused);
    await client.query("rollback");
    return false;
  }
}

/** The ways in which a request comes into the queue. */
const WAYS: Record<string, readonly string[]> = {
  "delete and insert": [
    "delete from make_it_clap where id = 1",
    "insert into make_it_clap (id, duration_seconds) values (1, 1)",
  ],
  "insert of a deleted key, on conflict": [
    "delete from make_it_clap where id = 1",
    "insert into make_it_clap (id, duration_seconds) values (1, 1) on conflict do nothing",
  ],
  retry: ["select batch.retry('clap', 1)"],
  attach: ["select batch.attach('make_it_clap', 'clap')"],
  "insert by hand": ["insert into batch.queue (kind, request_id) values ('clap', 1)"],
  "insert by hand with its attempts": ["insert into batch.queue (kind, request_id, attempt) values ('clap', 1, 1)"],
  "copy of a dumped row": [
    "insert into batch.queue (kind, request_id, enqueued_xid, attempt, errors) values ('clap', 1, '7', 1, 0)",
  ],
  "changed key": ["update make_it_clap set id = 9 where id = 1", "update make_it_clap set id = 1 where id = 9"],
  truncate: ["truncate make_it_clap", "insert into make_it_clap (id, duration_seconds) values (1, 1)"],
};

describe("one request has one owner", () => {
  beforeEach(async () => {
    await database.reset();
    await query("insert into make_it_clap (id, duration_seconds) values (1, 1)");
    await giveUp();
  });

  for (const isolation of ISOLATION) {
    for (const [way, statements] of Object.entries(WAYS)) {
      for (const running of [true, false]) {
        test(`${way} at ${isolation}, while another retries it${running ? " and a worker claims it" : ""}`, async () => {
          const user = await database.open();
          await user.query(`begin isolation level ${isolation};
            select count(*) from make_it_clap; select count(*) from batch.history`);
          // A snapshot that has read the table holds a lock that only a schema change waits for.
          await query("select batch.retry('clap', 1)");
          const first = running ? await claimed("second") : undefined;
          const done = await committed(user, statements, REFUSED[isolation]);
          await user.end();

          const queued = await query("select attempt, session_id from batch.queue where request_id = 1");
          assert.ok(queued.length <= 1);
          if (first) {
            assert.partialDeepStrictEqual(queued, [{ attempt: 2, session_id: first.session }]);
            assert.equal(await claimed("third"), undefined, "no second worker gets it");
            await succeed(worker, first);
            await poll(worker);
            const again = await claimed("fourth");
            assert.equal(again?.attempt, done && /insert |^truncate/.test(statements[1] ?? "") ? 3 : undefined);
            if (again) await succeed(worker, again);
          } else {
            // Whatever the other transaction did: one worker, once.
            const next = await claimed("third");
            if (next) {
              assert.equal(await claimed("fourth"), undefined);
              await succeed(worker, next);
            } else assert.ok(done);
          }
          assert.equal(await claimed("fifth"), undefined);
          const attempts = await query(
            "select request_id, attempt from batch.history group by 1, 2 having count(*) > 1",
          );
          assert.deepEqual(attempts, []);
        });
      }
    }
  }

  test("the queue cannot contain two rows of one key, whatever their columns", async () => {
    await query("select batch.retry('clap', 1)");
    await claimed("second");
    const insert = "insert into batch.queue (kind, request_id, attempt, job_name) values ('clap', 1, 7, 'other')";
    await assert.rejects(query(insert), { code: "23505" });
  });
});
