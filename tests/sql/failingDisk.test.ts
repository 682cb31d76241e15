import assert from "node:assert/strict";
import { test } from "node:test";
import { DatabaseUnavailableError } from "../../worker/src/errors.ts";
import { createTestDatabase } from "../support/database.ts";
import { claimParams, claimWithReclaim, poll, startAttempt } from "../support/queue.ts";
import { until } from "../support/until.ts";

const database = await createTestDatabase();
const { client, query } = database;
const scaler = database.connect();
const attempts = () => query("select request_id, attempt, status, reason from batch.attempt order by 1");

/** The disk does not return a block of the history that request 1 needs. */
const fail = () =>
  query(`create function fail_on_read() returns trigger language plpgsql as $$begin
      if new.request_id = 1 then raise io_error using message = 'could not read block 1'; end if; return new; end$$;
    create trigger disk before insert on batch.history for each row execute function fail_on_read()`);
const repair = () => query("drop function fail_on_read cascade");

test("while the server's disk fails, a crash is recorded neither by the Job's next pod nor by a poll, which warns, and the request stays", async () => {
  await query("insert into make_it_clap (duration_seconds) values (1), (1)");
  for (const job of ["a", "b"]) {
    const { connection } = await startAttempt(database, claimParams(job));
    await connection.close();
  }
  await fail();
  const next = database.connect(undefined, { databaseTimeoutSeconds: 0.1 });
  await assert.rejects(claimWithReclaim(next, claimParams("a")), (error) => error instanceof DatabaseUnavailableError);
  await query("update batch.queue set suspected_at = now() - interval '1 hour'");
  await until("a poll has ended the other request's attempt", async () => {
    await poll(scaler);
    return (await attempts()).some(({ status }) => status === "FAILED");
  });
  const warnings: unknown[] = [];
  client.on("notice", ({ message }) => warnings.push(message));
  await query("select batch.reap('clap')");
  const warning = "the end of attempt 1 of request 1 of clap cannot be recorded yet: could not read block 1";
  assert.deepEqual(warnings, [warning]);
  await repair();
  assert.deepEqual(await query("select from batch.rejected"), []);
  await poll(scaler);
  assert.deepEqual(await attempts(), [
    { request_id: "1", attempt: 1, status: "FAILED", reason: "crashed" },
    { request_id: "2", attempt: 1, status: "FAILED", reason: "crashed" },
  ]);
});
