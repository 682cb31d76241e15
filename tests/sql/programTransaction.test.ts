import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { AttemptReporter } from "../../worker/src/attemptReporter.ts";
import { noopLog } from "../../worker/src/log.ts";
import { createTestDatabase } from "../support/database.ts";
import {
  announceStop,
  claim,
  claimParams,
  fail,
  reclaim,
  renew,
  report,
  startAttempt,
  takeOver,
} from "../support/queue.ts";
import { until } from "../support/until.ts";

const database = await createTestDatabase();
const { query } = database;
await query("create table effects (id integer)");

/** A running attempt, and a program that works on it over its own connection. */
async function start(leaseSeconds = 0, job = "a") {
  const { connection, attempt } = await startAttempt(database, claimParams(job, { leaseSeconds }));
  const program = await database.open();
  const { token } = attempt;
  return { connection, attempt, program, token, own: `select batch.own('${token}')` };
}

describe("a program's own transaction", { timeout: 60_000 }, () => {
  beforeEach(async () => {
    await database.reset();
    await query("truncate effects; insert into make_it_clap (duration_seconds) values (40)");
  });

  for (const leaseSeconds of [0, 60]) {
    test(`may take as long as it needs: no statement of its worker waits for it (leaseSeconds ${leaseSeconds})`, async () => {
      const { connection, attempt, program, own } = await start(leaseSeconds);
      await program.query(`begin; ${own}`);
      assert.equal(await report(connection, attempt, { progress: { done: 1 } }), false);
      assert.equal(await renew(connection, attempt, { leaseSeconds }), false);
      const announced = announceStop(connection, attempt, 60);
      const reporter = new AttemptReporter(connection, attempt, noopLog, () => assert.fail("lost"));
      const saved = [reporter.saveCheckpoint({ page: 1 })];
      reporter.progress(7);
      saved.push(reporter.saveCheckpoint({ page: 2 }));
      const recorded = await query("select progress, stopping_until from batch.queue");
      assert.deepEqual(recorded, [{ progress: null, stopping_until: null }]);
      await program.query("commit");
      await Promise.all([announced, reporter.close(), ...saved]);
      assert.equal(await renew(connection, attempt, { leaseSeconds }), true);
      const last = await query("select progress, checkpoint, stopping_until > now() as announced from batch.queue");
      assert.deepEqual(last, [{ progress: { done: 7 }, checkpoint: { page: 2 }, announced: true }]);
    });
  }

  test("that a frozen machine keeps open makes its Job's next pod wait, and then take the request over", async () => {
    const { attempt, program, own } = await start();
    await program.query(`begin; ${own}`);
    const [next, params] = [database.connect(), claimParams("a")];
    assert.equal(await claim(next, params), undefined);
    assert.deepEqual(await reclaim(next, params, true), { finding: "locked", holder: null });
    assert.equal(await takeOver(next, params, attempt.session), false);
    await program.query("rollback");
    assert.deepEqual(await reclaim(next, params, true), { finding: "locked", holder: attempt.session });
    assert.equal(await takeOver(next, params, attempt.session), true);
    assert.equal((await claim(next, params))?.attempt, 2);
  });

  test("ends soon after its program was killed in the middle of a statement, and the attempt can be recorded", async () => {
    const { connection, attempt, program, own } = await start();
    program.on("error", () => undefined);
    await program.query(`begin; ${own}`);
    const { pid } = (await program.query("select pg_backend_pid() as pid")).rows[0];
    program.query("select pg_sleep(60)").catch(() => undefined);
    const running = "select from pg_stat_activity where pid = $1 and wait_event = 'PgSleep'";
    await until("the statement runs", async () => (await query(running, [pid])).at(0));
    (program as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    const startedAt = performance.now();
    assert.equal(await fail(connection, attempt, { reason: "error", message: "timed out", final: false }), "FAILED");
    assert.ok(performance.now() - startedAt < 8_000);
  });

  for (const [title, setting, set, expected] of [
    ["may be idle for 10 minutes", "idle_in_transaction_session_timeout", "0", "10min"],
    ["may be idle for as long as its session allows", "idle_in_transaction_session_timeout", "2h", "2h"],
    ["waits for the disk at its commit", "synchronous_commit", "off", "on"],
    ["waits for no replica at its commit if its session does not", "synchronous_commit", "local", "local"],
  ] as const) {
    test(title, async () => {
      const { program, own } = await start();
      const read = async () => (await program.query(`select current_setting('${setting}') as value`)).rows[0].value;
      await program.query(`set ${setting} = '${set}'; begin`);
      await program.query(own);
      assert.equal(await read(), expected);
      await program.query("commit");
      assert.equal(await read(), set);
    });
  }

  test("ends the attempt when it calls batch.finish(), however long ago it began", async () => {
    const { program, token } = await start();
    await program.query("begin");
    await program.query("select batch.finish($1)", [token]);
    const { rows } = await program.query("select ended_at > now() as later from batch.attempt");
    assert.deepEqual(rows, [{ later: true }]);
    await program.query("commit");
  });

  test("may finish several attempts, and each again", async () => {
    await query("insert into make_it_clap (duration_seconds) values (40)");
    const [first, second] = [await start(), await start(0, "b")];
    const finish = async (token: string) =>
      (await first.program.query("select batch.finish($1) as ended", [token])).rows[0].ended;
    await first.program.query("begin; insert into effects values (1)");
    const ended: boolean[] = [];
    for (const { token } of [first, second, first, second]) ended.push(await finish(token));
    assert.deepEqual(ended, [true, true, false, false]);
    await first.program.query("commit");
  });

  test("that is repeated after a lost answer takes no effect twice; batch.finish() alone may be repeated", async () => {
    const { program, token } = await start();
    const work = async () => {
      await program.query("begin; insert into effects values (1)");
      await program.query("select batch.finish($1)", [token]);
      assert.deepEqual((await program.query("select batch.finish($1) as again", [token])).rows, [{ again: false }]);
      await program.query("commit");
    };
    await work();
    await assert.rejects(work(), { code: "55000", message: /was finished by an earlier transaction/ });
    await program.query("rollback");
    assert.equal((await query("select from effects")).length, 1);
    assert.deepEqual((await program.query("select batch.finish($1) as again", [token])).rows, [{ again: false }]);
  });

  test("that is repeated after a lost answer and writes after batch.finish(), as an ORM may, is refused then", async () => {
    const { program, token } = await start();
    const insert = () => program.query("insert into effects values (1)");
    const work = async () => {
      await program.query("begin");
      const { rows } = await program.query("select batch.finish($1) as finished", [token]);
      assert.deepEqual((await program.query("select batch.finish($1) as again", [token])).rows, [{ again: false }]);
      await program.query("savepoint later");
      await insert();
      await program.query("commit");
      return rows;
    };
    assert.deepEqual(await work(), [{ finished: true }]);
    await assert.rejects(work(), { code: "25006" });
    await program.query("rollback to later");
    await assert.rejects(insert(), { code: "25006" });
    await program.query("rollback");
    assert.equal((await query("select from effects")).length, 1);
    await insert();
  });

  for (const [within, end] of [
    ["savepoint step", "release step"],
    ["savepoint outer_step; savepoint step", "release outer_step"],
  ] as const) {
    test(`that is repeated after a lost answer is refused if it calls batch.finish() after "${within}"`, async () => {
      const { program, token } = await start();
      const work = async () => {
        await program.query(`begin; ${within}`);
        await program.query("select batch.finish($1)", [token]);
        await program.query(`${end}; insert into effects values (1); commit`);
      };
      await work();
      for (const isolation of ["read committed", "repeatable read", "serializable"]) {
        await program.query(`set default_transaction_isolation = '${isolation}'`);
        await assert.rejects(work(), { code: "55000", message: /was finished by an earlier transaction/ });
        await program.query("rollback");
      }
      assert.equal((await query("select from effects")).length, 1);
    });
  }

  for (const statement of [
    "with effect as (insert into effects values (1)) select batch.finish($1)",
    "insert into effects select 1 from batch.finish($1)",
    "insert into effects values (1) returning batch.finish($1)",
    "update effects set id = 2 where batch.finish($1) is not null",
  ]) {
    test(`that is one statement takes no effect twice: ${statement}`, async () => {
      const { program, token } = await start();
      await query("insert into effects values (0)");
      const work = () => program.query({ name: "work", text: statement, values: [token] });
      await work();
      const effects = await query("select id, xmin from effects");
      await assert.rejects(work(), { code: "55000", message: /was finished by an earlier transaction/ });
      assert.deepEqual(await query("select id, xmin from effects"), effects);
    });
  }

  for (const [token, got] of [
    [null, "null"],
    ["", "an empty text"],
    ["clap:1:1", "another text"],
    ["clap:1:1:secret", "another text"],
  ]) {
    test(`with ${JSON.stringify(token)} as its token is refused, and the token is not repeated`, async () => {
      for (const call of ["own($1)", "checkpoint($1, '{}')", "finish($1)"]) {
        await assert.rejects(query(`select batch.${call}`, [token]), {
          message: `the token must be the value of BATCH_TOKEN (it proves that a program works on an attempt); got ${got}`,
        });
      }
    });
  }
});
