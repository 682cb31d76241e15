import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { statement } from "../../worker/src/queue/statement.ts";
import { succeed } from "../../worker/src/queue/succeed.ts";
import { overClient, take } from "../support/queue.ts";
import { until } from "../support/until.ts";
import { claimed, database, poll, query, worker } from "./parcels.ts";

/** Lets so many transactions get their numbers that the oldest running one is far behind. */
async function consumeTransactionIds(): Promise<void> {
  await query("do $$begin for n in 1..1500 loop perform pg_current_xact_id(); commit; end loop; end$$");
}

/** Whether scans of the claimed requests start above a transaction's number. */
async function isAbove(number: string): Promise<boolean> {
  const [bound] = await query(
    `select claimed_xid > '${number}'::xid8 as above from batch.scaling where kind = 'parcel'`,
  );
  return bound?.above;
}

describe("beside a transaction that has written something else and stays open", () => {
  test("the scans of claimed requests skip what has ended since", async () => {
    const writer = await database.open();
    await writer.query("create table elsewhere_written (); begin; drop table elsewhere_written");
    const { number } = (await writer.query("select pg_current_xact_id()::text as number")).rows[0];
    await succeed(worker, await claimed("a"));
    await consumeTransactionIds();
    await poll();
    assert.equal(await isAbove(number), true);
    await writer.query("commit");
    await writer.end();
  });

  test("a claim whose transaction stays open is still found", async () => {
    const writer = await database.begin("select pg_current_xact_id()");
    const pod = await database.open({ user: "batch_worker" });
    // One claim in two hundred, at random, also locks the kind's row of batch.scaling, for which the poll below would wait.
    await pod.query("begin; select setseed(0.5)");
    await take(overClient(pod), "a", { kind: "parcel" });
    const { number } = (await pod.query("select pg_current_xact_id()::text as number")).rows[0];
    await consumeTransactionIds();
    await poll();
    assert.equal(await isAbove(number), false);
    await pod.query("commit");
    await query("delete from batch.queue where job_name is null");
    assert.equal(await poll(), 1, "the running request is counted");
    await consumeTransactionIds();
    await poll();
    assert.equal(await poll(), 1);
    await Promise.all([writer.end(), pod.end()]);
  });

  test("a claim after a success that had to wait for the program's own transaction is still found", async () => {
    const [writer, program] = [await database.open(), await database.open()];
    const { requestId, attempt, session } = await claimed("a");
    // Without its own number, which would hold the bound back, as that of a request that the program has just finished.
    await query("update batch.queue set claimed_xid = null where job_name is not null");
    await program.query(`begin; select from batch.queue where request_id = ${requestId} for update`);
    await writer.query("begin; select pg_current_xact_id()");
    const pod = await database.open({ user: "batch_worker" });
    const values = ["parcel", "a", requestId, attempt, session, null, "a-pod", [4, 4, 100, 100], 10, 60, null, 1];
    const claiming = pod.query(statement("succeed_and_claim").text, values);
    const { number } = await until("the success waits", async () =>
      (
        await query(`select number.transactionid::text as number
          from pg_locks number join pg_locks waiting using (pid) join pg_stat_activity using (pid)
          where datname = current_database() and number.locktype = 'transactionid' and number.granted and not waiting.granted`)
      ).at(0),
    );
    await consumeTransactionIds();
    await poll();
    assert.equal(await isAbove(number), false);
    await program.query("commit");
    assert.partialDeepStrictEqual((await claiming).rows, [{ status: "SUCCESS", request_id: "2" }]);
    await query("delete from batch.queue where job_name is null");
    assert.equal(await poll(), 1, "the running request is counted");
    await Promise.all([writer.end(), program.end(), pod.end()]);
  });
});
