import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type pg from "pg";
import type { Server } from "../../simulator/server.ts";
import type { Database } from "../../worker/src/database.ts";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { createConnections } from "../support/createConnections.ts";
import { claim, claimParams, demand, succeed, take } from "../support/queue.ts";
import { startTestServer } from "../support/testServer.ts";
import { until } from "../support/until.ts";

/** Two databases of one server: the shop's, and the one whose copies of the shop's tables are attached. */
describe("a table that receives its rows from a subscription", { timeout: 120_000 }, () => {
  let server: Server;
  let shop: pg.Client;
  let batch: pg.Client;
  let worker: Database;
  after(() => batch?.query("alter subscription shop disable").catch(() => undefined));
  const { open, connect } = createConnections();
  after(() => server?.stop());

  const getProblem = async (kind: string) =>
    (await batch.query("select problem from batch.status where kind = $1", [kind])).rows[0].problem;
  const poll = (kind: string) => demand(worker, { kind, requestsPerJob: 1, maxReplicaCount: 100 });
  const queued = async (kind: string) =>
    (await batch.query("select request_id from batch.queue where kind = $1 order by 1", [kind])).rows.map(
      ({ request_id }) => Number(request_id),
    );
  const arrive = (kind: string, ids: readonly number[]) =>
    until(`${kind} has the requests ${ids}`, async () => String(await queued(kind)) === String(ids));

  before(async () => {
    server = await startTestServer();
    const admin = await open(server, "postgres");
    await admin.query("alter system set wal_level = logical");
    await admin.query("alter system set max_prepared_transactions = 5");
    await server.restart("fast");
    const again = await open(server, "postgres");
    for (const name of ["shop", "batch"]) await again.query(`create database ${name}`);
    [shop, batch] = [await open(server, "shop"), await open(server, "batch")];
    await migrate(batch, noopLog);
    for (const client of [shop, batch]) {
      await client.query(`
        create table orders (id bigint primary key, place text default 'x');
        create table visits (id bigint, place text, primary key (id, place)) partition by list (place);
        create table visits_here partition of visits for values in ('here');
        create table visits_there partition of visits for values in ('there')`);
    }
    await shop.query("insert into orders values (1), (2); insert into visits values (1, 'here')");
    await shop.query("create publication shop for table orders, visits");
    await shop.query("select pg_create_logical_replication_slot('shop', 'pgoutput')");
    const { host, port, user } = server;
    worker = connect(server, "batch");
    await batch.query("select batch.attach('orders', 'order'); select batch.attach('visits', 'visit')");
    await batch.query(
      `create subscription shop connection 'host=${host} port=${port} user=${user} dbname=shop'
       publication shop with (create_slot = false, slot_name = 'shop')`,
    );
    const copied = "select from orders union all select from visits";
    await until("the rows of both tables are copied", async () => (await batch.query(copied)).rowCount === 3);
  });
  test("which was created after the table was attached: the kind stops with the reason, and gets every row once attached again", async () => {
    for (const [kind, table] of [
      ["order", "orders"],
      ["visit", "visits"],
    ] as const) {
      assert.equal(await poll(kind), 0);
      assert.equal(
        await getProblem(kind),
        `public.${table} receives rows from a subscription, which fires other triggers than an insert: select batch.attach('public.${table}', '${kind}')`,
      );
      await batch.query(`select batch.attach('${table}', '${kind}')`);
      assert.equal(await poll(kind), kind === "order" ? 2 : 1);
    }
  });

  test("its inserts, deletes, changed keys and truncates are followed", async () => {
    await shop.query("insert into orders values (3), (4), (5); insert into visits values (2, 'there')");
    await arrive("order", [1, 2, 3, 4, 5]);
    await arrive("visit", [1, 2]);
    await succeed(worker, await take(worker, "a", { kind: "order" }));
    await shop.query(`delete from orders where id = 2;
      update orders set id = 13 where id = 3; update orders set place = 'y'`);
    await arrive("order", [4, 5, 13]);
    await batch.query("insert into orders values (6)");
    await arrive("order", [4, 5, 6, 13]);
    await shop.query("begin; delete from orders where id = 1; insert into orders values (1); commit");
    await arrive("order", [1, 4, 5, 6, 13]);
    await shop.query("truncate orders; delete from visits");
    await arrive("order", []);
    await arrive("visit", []);
    assert.equal(await getProblem("order"), null);
  });

  test("a truncate of a partitioned table is followed if its publication has publish_via_partition_root", async () => {
    await shop.query("alter publication shop set (publish_via_partition_root = true)");
    await batch.query("alter subscription shop refresh publication with (copy_data = false)");
    await shop.query("insert into visits values (7, 'here'), (8, 'there')");
    await arrive("visit", [7, 8]);
    await succeed(worker, await take(worker, "b", { kind: "visit" }));
    await shop.query("truncate visits; insert into visits values (7, 'here')");
    await arrive("visit", [7]);
    await shop.query("delete from visits");
    await arrive("visit", []);
  });

  test("a prepared transaction's rows are requests once it is committed; claims and polls do not wait for it", async () => {
    await batch.query(`begin; insert into make_it_clap (id, duration_seconds) values (1, 1);
      prepare transaction 'rows'`);
    await batch.query("insert into make_it_clap (id, duration_seconds) select n, 1 from generate_series(2, 200) n");
    for (let job = 0; job < 199; job++) {
      if (job % 20 === 0) assert.ok((await poll("clap")) > 0);
      await succeed(worker, await take(worker, `prepared-${job}`));
    }
    await batch.query("begin; delete from make_it_clap where id = 200; prepare transaction 'delete'");
    assert.equal(await poll("clap"), 0);
    await batch.query("commit prepared 'rows'");
    assert.equal(await poll("clap"), 1);
    assert.equal((await claim(worker, claimParams("last")))?.requestId, "1");
    await batch.query("rollback prepared 'delete'");
  });

  test("after the subscription has ended, inserts are requests once the table is attached again", async () => {
    await batch.query("alter subscription shop disable; alter subscription shop set (slot_name = none)");
    await batch.query("drop subscription shop");
    await batch.query("select batch.attach('orders', 'order'); insert into orders values (7), (8)");
    assert.deepEqual(await queued("order"), [7, 8]);
    await batch.query("delete from orders where id = 7");
    assert.deepEqual(await queued("order"), [8]);
  });
});
