import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import { overClient, poll, succeed, take } from "../support/queue.ts";

const database = await createTestDatabase();
const { query } = database;

describe("an insert of many rows", () => {
  test("creates as many requests, even if some are queued already", async () => {
    await database.reset();
    await query("insert into batch.queue (kind, request_id) values ('clap', 1500), ('clap', 1)");
    await query("insert into make_it_clap (id, duration_seconds) select n, 1 from generate_series(1, 2000) n");
    assert.equal((await database.queued()).length, 2_000);
  });
});

describe("a primary key that is inserted again after its row was deleted", () => {
  const again = async () => {
    await query("delete from make_it_clap where id = 1");
    await query("insert into make_it_clap (id, duration_seconds) values (1, 2)");
  };
  beforeEach(async () => {
    await database.reset();
    await query("insert into make_it_clap (duration_seconds) values (1)");
  });

  test("is one request while the previous one waits", async () => {
    await again();
    assert.deepEqual(await database.queued(), [1]);
  });

  test("while the previous one is being claimed, is a new request once that attempt has ended", async () => {
    const worker = await database.open();
    await worker.query("begin");
    const attempt = await take(overClient(worker), "a");
    const inserted = again();
    await database.untilBlocked();
    await worker.query("commit");
    await inserted;
    await succeed(overClient(worker), attempt);
    await poll(database.connect());
    assert.deepEqual(await query("select attempt, job_name from batch.queue"), [{ attempt: 1, job_name: null }]);
  });
});
