import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import { poll, succeed, take } from "../support/queue.ts";

const database = await createTestDatabase();
const worker = database.connect();
const scaler = database.connect();
const { query } = database;

test("requests from a server with higher transaction numbers are not overtaken by those inserted here", async () => {
  await query("insert into make_it_clap (id, duration_seconds) select n, 1 from generate_series(1, 4) n");
  await query(
    "update batch.queue set enqueued_xid = (pg_current_xact_id()::text::bigint + 1000000 + 10 / request_id)::text::xid8",
  );
  await query("update batch.queue set available_at = now() where request_id = 4");
  const order: string[] = [];
  for (let n = 0; n < 8; n++) {
    await poll(scaler);
    // As busy as a queue that never is empty.
    await query("insert into make_it_clap (id, duration_seconds) values ($1, 1)", [10 + n]);
    const next = await take(worker, `job-${n}`);
    order.push(next.requestId);
    await succeed(worker, next);
  }
  assert.deepEqual(order, ["1", "2", "3", "4", "10", "11", "12", "13"]);
});

test("each poll puts 10,000 of them before those that are inserted here later", async () => {
  await database.reset();
  await query("insert into make_it_clap (id, duration_seconds) select n, 1 from generate_series(1, 10005) n");
  await query("update batch.queue set enqueued_xid = (pg_current_xact_id()::text::bigint + 1000000)::text::xid8");
  for (const id of [20_001, 20_002]) {
    await poll(scaler);
    await query("insert into make_it_clap (id, duration_seconds) values ($1, 1)", [id]);
  }
  const positions = await query(`
    select position from (select request_id, row_number() over (order by enqueued_xid, request_id)::integer as position from batch.queue) q
    where request_id > 20000 order by request_id`);
  assert.deepEqual(positions, [{ position: 10_001 }, { position: 10_007 }]);
});
