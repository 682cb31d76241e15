import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type pg from "pg";
import type { Server } from "../../simulator/server.ts";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { createConnections } from "../support/createConnections.ts";
import {
  claim,
  claimParams,
  defer,
  ERROR,
  FINAL_ERROR,
  fail,
  poll,
  reclaim,
  renew,
  report,
  succeed,
  take,
} from "../support/queue.ts";
import { startTestServer } from "../support/testServer.ts";
import { until } from "../support/until.ts";

describe("a publication for all tables, with a subscriber", () => {
  let server: Server;
  let publisher: pg.Client;
  let subscriber: pg.Client;
  after(() => subscriber?.query("alter subscription everything disable"));
  const { open, connect } = createConnections();
  after(() => server?.stop());

  before(async () => {
    server = await startTestServer();
    const admin = await open(server, "postgres");
    await admin.query("alter system set wal_level = logical");
    await server.restart("fast");
    const again = await open(server, "postgres");
    for (const name of ["publisher", "subscriber"]) await again.query(`create database ${name}`);
    [publisher, subscriber] = [await open(server, "publisher"), await open(server, "subscriber")];
    for (const client of [publisher, subscriber]) await migrate(client, noopLog);
    await publisher.query("create publication everything for all tables");
    await publisher.query("select pg_create_logical_replication_slot('everything', 'pgoutput')");
    // A subscriber of a migrated database has these rows already.
    await subscriber.query(`delete from batch.migration; delete from batch.function;
      delete from batch.kind; delete from batch.scaling`);
    await subscriber.query(
      `create subscription everything connection 'host=${server.host} port=${server.port} user=${server.user} dbname=publisher'
       publication everything with (create_slot = false, slot_name = 'everything')`,
    );
  });
  test("every table of the queue has a replica identity", async () => {
    const { rows } = await publisher.query(
      `select c.oid::regclass::text from pg_class c where c.relnamespace in ('batch'::regnamespace, 'public'::regnamespace) and c.relkind = 'r'
         and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)`,
    );
    assert.deepEqual(rows, []);
  });

  test("the queue keeps working, and the subscriber ends with the same rows", async () => {
    await publisher.query("insert into make_it_clap (duration_seconds) select 1 from generate_series(1, 8)");
    const [worker, scaler] = [connect(server, "publisher"), connect(server, "publisher")];
    assert.equal(await poll(scaler), 8);
    const one = await take(worker, "1");
    assert.equal(await renew(worker, one, { leaseSeconds: 0 }), true);
    await report(worker, one, { progress: { done: 1, total: 2 } });
    await succeed(worker, one);
    await fail(worker, await take(worker, "2"), FINAL_ERROR);
    await publisher.query("select batch.retry('clap', 2)");
    await fail(worker, await take(worker, "3"), ERROR);
    await defer(worker, await take(worker, "4"), { afterSeconds: 0, message: "later" });
    const dying = connect(server, "publisher");
    await claim(dying, claimParams("5"));
    await dying.close();
    const isRecorded = async () => (await reclaim(worker, claimParams("5"), true))?.finding === "reclaimed";
    await until("the crash is recorded", isRecorded);
    await publisher.query(`select batch.cancel('clap', 6); update make_it_clap set id = 77 where id = 7;
      delete from make_it_clap where id = 8`);
    await poll(scaler);
    await publisher.query("insert into batch.queue (kind, request_id) values ('clap', 1)");
    await succeed(worker, await take(worker, "6"));
    await publisher.query("select batch.purge('clap', '0')");
    await poll(scaler);

    const tables = ["queue", "history", "rejected", "job", "kind", "scaling"].map((name) => `batch.${name}`);
    for (const table of ["make_it_clap", ...tables]) {
      const rows = async (client: pg.Client) =>
        (await client.query(`select to_jsonb(t.*) as row from ${table} t order by 1`)).rows;
      const sent = await rows(publisher);
      await until(`${table} has arrived`, async () => JSON.stringify(await rows(subscriber)) === JSON.stringify(sent));
    }
    // Since PostgreSQL 15 the subscriber counts what it could not apply.
    const { rows: counters } = await subscriber.query("select to_regclass('pg_stat_subscription_stats') as view");
    const failing = "select from pg_stat_subscription_stats where apply_error_count > 0";
    if (counters[0].view !== null) assert.deepEqual((await subscriber.query(failing)).rows, []);
  });
});
