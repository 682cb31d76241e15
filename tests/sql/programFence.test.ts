import assert from "node:assert/strict";
import { before, beforeEach, describe, test } from "node:test";
import type pg from "pg";
import type { Database } from "../../worker/src/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  type Claim,
  claim,
  claimParams,
  defer,
  ERROR,
  FINAL_ERROR,
  fail,
  report,
  startAttempt,
  succeed,
  take,
} from "../support/queue.ts";

const database = await createTestDatabase();
const { query } = database;
const ROLE = `program_${process.pid}`;
const CALLS = ["own($1)", "checkpoint($1, '{}')", "finish($1, '{}')"] as const;
const effects = async () => (await query("table effects")).length;

/** Ends the attempt, or gives its request to another one. */
const ENDS: Readonly<Record<string, (connection: Database, attempt: Claim, from: TestDatabase) => Promise<unknown>>> = {
  "has failed": (connection, attempt) => fail(connection, attempt, ERROR),
  "is DEAD": (connection, attempt) => fail(connection, attempt, FINAL_ERROR),
  "was deferred": (connection, attempt) => defer(connection, attempt, { afterSeconds: 0, message: "later" }),
  "has failed, and the same worker runs the next one": async (connection, attempt) => {
    await fail(connection, attempt, ERROR);
    assert.equal((await claim(connection, claimParams("a", { session: attempt.session })))?.attempt, 2);
  },
  "has succeeded, and the same worker runs the next request": async (connection, attempt, from) => {
    await succeed(connection, attempt);
    await from.query("insert into make_it_clap (duration_seconds) values (1)");
    assert.equal((await claim(connection, claimParams("a", { session: attempt.session })))?.requestId, "2");
  },
  "died, and another worker runs the next one": async (connection, _attempt, from) => {
    await connection.close();
    assert.equal((await startAttempt(from, claimParams("a"))).attempt.attempt, 2);
  },
};

describe("a program that works on an attempt", { timeout: 60_000 }, () => {
  let program: pg.Client;
  let connection: Database;
  let attempt: Claim;

  before(async () => {
    await database.createRole(ROLE, "in role batch_program");
    await query(`create table effects (id integer);
      grant insert, select on effects to ${ROLE}; grant delete, select on make_it_clap to ${ROLE}`);
    program = await database.open({ user: ROLE });
  });
  beforeEach(async () => {
    await program.query("rollback");
    await database.reset();
    await query("truncate effects; insert into make_it_clap (duration_seconds) values (40)");
    ({ connection, attempt } = await startAttempt(database, claimParams("a")));
  });

  for (const [end, make] of Object.entries(ENDS)) {
    for (const call of CALLS) {
      test(`which ${end}: batch.${call} raises 55000, and nothing of its transaction takes effect`, async () => {
        await make(connection, attempt, database);
        const stored = () => Promise.all([query("table batch.queue"), query("table batch.history")]);
        const unchanged = await stored();
        await program.query("begin; insert into effects values (1)");
        await assert.rejects(program.query(`select batch.${call}`, [attempt.token]), { code: "55000" });
        await program.query("commit");
        assert.equal(await effects(), 0);
        assert.deepEqual(await stored(), unchanged);
      });
    }
  }

  test("gets the request's key from batch.own and batch.checkpoint, as often as it asks", async () => {
    await program.query("begin");
    for (const call of ["own($1)", "checkpoint($1, '2')", "own($1)"]) {
      const { rows } = await program.query(`select batch.${call} as key`, [attempt.token]);
      assert.deepEqual(rows, [{ key: "1" }]);
    }
    await program.query("commit");
  });

  test("and rolls back batch.finish is still running: its worker records how it ends", async () => {
    await program.query("begin; insert into effects values (1)");
    await program.query("select batch.checkpoint($1, '1')", [attempt.token]);
    await program.query("select batch.finish($1)", [attempt.token]);
    await program.query("rollback");
    assert.deepEqual(await query("select status from batch.request"), [{ status: "RUNNING" }]);
    assert.equal(await fail(connection, attempt, ERROR), "FAILED");
    assert.equal(await effects(), 0);
    assert.deepEqual(await query("select checkpoint from batch.queue"), [{ checkpoint: null }]);
  });

  test("keeps its attempt with a batch.own that no savepoint undoes", async () => {
    const own = `select batch.own('${attempt.token}')`;
    const ended = () => fail(connection, attempt, ERROR);
    await program.query(`begin; savepoint s; ${own}; rollback to s`);
    assert.equal(await ended(), "FAILED");
    await program.query("rollback");
    ({ connection, attempt } = await startAttempt(database, claimParams("a")));
    await program.query(`begin; select batch.own('${attempt.token}'); savepoint s`);
    await assert.rejects(program.query(own), { code: "55000" });
    await program.query("rollback to s");
    const waiting = ended();
    await database.untilBlocked();
    await program.query("commit");
    assert.equal(await waiting, "FAILED");
  });

  test("may delete the row of its request, before it finishes or afterwards, and insert it again", async () => {
    const [remove, finish] = ["delete from make_it_clap where id = 1", `select batch.finish('${attempt.token}')`];
    for (const work of [`${remove}; ${finish}`, `${finish}; ${remove}`]) {
      await program.query(`begin; ${work}; rollback`);
    }
    await program.query(`begin; ${remove}; ${finish}; commit`);
    assert.deepEqual(await query("select status from batch.request"), [{ status: "SUCCESS" }]);
    await query("insert into make_it_clap (id, duration_seconds) overriding system value values (1, 1)");
    assert.equal((await claim(connection, claimParams("b")))?.attempt, 2);
  });

  test("can save at most 64 KiB as PostgreSQL writes them", async () => {
    for (const call of ["checkpoint", "finish"]) {
      const save = (letters: number) =>
        program.query(`select batch.${call}($1, $2)`, [attempt.token, JSON.stringify(["x".repeat(letters), 1])]);
      await assert.rejects(save(65_536 - 6), { code: "54000", message: /at most 65536 bytes .*; got 65537$/ });
      await save(65_536 - 7);
    }
  });

  test("cannot call batch.own in a read-only transaction, and still owns its attempt", async () => {
    await assert.rejects(program.query(`begin read only; select batch.own('${attempt.token}')`), { code: "25006" });
    await program.query("rollback");
    await succeed(connection, attempt);
  });

  for (const level of ["repeatable read", "serializable"]) {
    test(`at ${level} calls batch.own first: its worker may have written since the transaction's first statement`, async () => {
      const write = () => report(connection, attempt, { progress: { done: 1 } });
      await program.query(`begin isolation level ${level}; select count(*) from effects`);
      await write();
      await assert.rejects(program.query("select batch.own($1)", [attempt.token]), { code: "40001" });
      await program.query(`rollback; begin isolation level ${level}`);
      await write();
      await program.query("select batch.own($1)", [attempt.token]);
      await program.query("insert into effects values (1)");
      await program.query("select batch.finish($1)", [attempt.token]);
      await program.query("commit");
      assert.equal(await effects(), 1);
    });
  }
});

describe("serializable transactions of programs", { timeout: 60_000 }, () => {
  test("that finish different requests side by side do not fail because of each other", async () => {
    await database.reset();
    // With statistics of an empty queue the planner would rather read all of it.
    await query("vacuum analyze batch.queue");
    const [width, rounds] = [8, 25];
    await query("insert into make_it_clap (duration_seconds) select 1 from generate_series(1, $1::integer)", [
      width * rounds,
    ]);
    let failures = 0;
    await Promise.all(
      Array.from({ length: width }, async (_, index) => {
        const [worker, program] = [database.connect(), await database.open()];
        for (let round = 0; round < rounds; round++) {
          const attempt = await take(worker, `s${index}-${round}`);
          try {
            await program.query("begin isolation level serializable");
            await program.query("select batch.own($1)", [attempt.token]);
            await program.query("insert into effects values ($1)", [Number(attempt.requestId)]);
            await program.query("select batch.finish($1, '1')", [attempt.token]);
            await program.query("commit");
          } catch (error) {
            assert.equal((error as { code?: string }).code, "40001");
            failures++;
            await program.query("rollback");
            await succeed(worker, attempt);
          }
        }
      }),
    );
    assert.ok(failures <= 0.01 * width * rounds, `${failures} of ${width * rounds} transactions failed`);
  });
});
