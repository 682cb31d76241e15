import assert from "node:assert/strict";
import { after, beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import { type Claim, claimParams, ERROR, fail, startAttempt } from "../support/queue.ts";

const database = await createTestDatabase();
const program = await database.open();
after(() => program.end());

/** The types as which drivers declare a text or JSON parameter; `unknown` lets the server decide. */
const DECLARED = ["unknown", "text", "varchar", "json", "jsonb"] as const;

/** Calls a function of the program's with parameters that are declared like this. */
async function call(text: string, types: readonly string[], values: readonly string[]): Promise<void> {
  await program.query(`prepare call (${types.join(", ")}) as ${text}`);
  try {
    await program.query(`execute call (${values.map((value) => `'${value}'`).join(", ")})`);
  } finally {
    await program.query("deallocate call");
  }
}

describe("a program's driver", { timeout: 60_000 }, () => {
  let attempt: Claim;
  let connection: Awaited<ReturnType<typeof startAttempt>>["connection"];

  beforeEach(async () => {
    await program.query("rollback");
    await database.reset();
    await database.query("insert into make_it_clap (duration_seconds) values (40)");
    ({ connection, attempt } = await startAttempt(database, claimParams("a")));
  });

  for (const type of DECLARED) {
    test(`may declare a value as ${type} if the statement casts it to text and jsonb`, async () => {
      for (const name of ["checkpoint", "finish"]) {
        for (const tokenType of ["unknown", "text", "varchar"]) {
          await program.query("begin");
          await call("select batch.own($1)", [tokenType], [attempt.token]);
          const cast = `select batch.${name}($1, $2::text::jsonb)`;
          await call(cast, [tokenType, type], [attempt.token, '{"page": 1}']);
          await program.query("rollback");
        }
      }
    });
  }

  for (const type of DECLARED) {
    const accepted = type === "unknown" || type === "jsonb";
    test(`${accepted ? "may" : "may not"} declare a value as ${type} if the statement does not cast it`, async () => {
      const calling = call("select batch.checkpoint($1, $2)", ["text", type], [attempt.token, '{"page": 1}']);
      if (accepted) await calling;
      else await assert.rejects(calling, { code: "42883" });
    });
  }

  test("that commits each statement keeps the attempt only during batch.own()", async () => {
    await program.query("select batch.own($1)", [attempt.token]);
    assert.equal(await fail(connection, attempt, ERROR), "FAILED");
  });

  test("may go through a pooler: nothing that the functions set outlasts its transaction", async () => {
    const session = async () => (await program.query("select name, setting from pg_settings order by name")).rows;
    const locks = "select from pg_locks where pid = pg_backend_pid() and locktype = 'advisory'";
    const before = await session();
    for (const call of ["own($1)", "checkpoint($1, '1')", "finish($1)", "finish($1)"]) {
      await program.query("begin");
      await program.query(`select batch.${call}`, [attempt.token]);
      await program.query("commit");
      assert.deepEqual(await session(), before);
      assert.equal((await program.query(locks)).rowCount, 0);
    }
  });

  test("with a second connection waits in batch.own() until the transaction of the first one ends", async () => {
    const own = `select batch.own('${attempt.token}')`;
    assert.deepEqual(await database.blockedBy(own, () => database.query(own)), [{ own: "1" }]);
  });

  for (const order of ["row first", "own first"] as const) {
    const what = order === "row first" ? "does not deadlock" : "may deadlock (40P01), and lose nothing by a repetition";
    test(`that changes its request's row, ${order}, beside a transaction that deletes it, ${what}`, async () => {
      const own = () => program.query("select batch.own($1)", [attempt.token]);
      const lock = () => program.query("select from make_it_clap where id = 1 for update");
      const user = await database.open();
      await user.query("set deadlock_timeout = '1h'");
      await program.query("set deadlock_timeout = '10ms'; begin");
      await (order === "row first" ? lock() : own());
      const deleting = user.query("delete from make_it_clap where id = 1");
      await database.untilBlocked();
      if (order === "row first") await own();
      else {
        await assert.rejects(lock(), { code: "40P01" });
        await program.query("rollback");
        await deleting;
        await program.query("begin");
        await own();
      }
      await program.query("select batch.finish($1)", [attempt.token]);
      await program.query("commit");
      await deleting;
      assert.deepEqual(await database.query("select status from batch.request"), [{ status: "SUCCESS" }]);
      await user.end();
    });
  }
});
