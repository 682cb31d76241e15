import assert from "node:assert/strict";
import { afterEach, before, beforeEach, describe, test } from "node:test";
import type pg from "pg";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { readMigrationFiles } from "../../worker/src/migrationFiles.ts";
import { createTestDatabase } from "../support/database.ts";
import { poll, succeed, take } from "../support/queue.ts";
import { copyTriggers } from "./copyTriggers.ts";

const database = await createTestDatabase();
const { query } = database;
const LEVELS = ["repeatable read", "serializable"] as const;

describe("at every default isolation level", () => {
  beforeEach(async () => {
    await query("drop table if exists parcels; delete from batch.kind where kind = 'parcel'");
    await database.reset();
    await query("create table parcels (id bigint primary key)");
  });
  afterEach(() => query(`alter database ${database.name} reset default_transaction_isolation`));

  for (const level of LEVELS) {
    for (const next of ["poll", "claim"] as const) {
      test(`${level}: a row inserted while batch.attach waits is a request from the next ${next} on`, async () => {
        await query(`alter database ${database.name} set default_transaction_isolation = '${level}'`);
        const operator = await database.open();
        const attach = () => operator.query("select batch.attach('parcels', 'parcel')");
        await database.blockedBy("insert into parcels values (1)", attach);
        await operator.query("insert into parcels values (2)");
        const connection = database.connect("batch_worker");
        if (next === "poll") {
          const scaler = database.connect("batch_scaler");
          assert.equal(await poll(scaler, "parcel"), 2);
          assert.deepEqual(await database.queued("parcel"), [1, 2]);
        }
        const first = await take(connection, "a", { kind: "parcel" });
        await succeed(connection, first);
        const second = await take(connection, "b", { kind: "parcel" });
        assert.deepEqual([first.requestId, second.requestId].sort(), ["1", "2"]);
      });
    }

    test(`${level}: a migration sees what was inserted while it waited`, async () => {
      const fresh = await createTestDatabase("template0");
      await fresh.query(`alter database ${fresh.name} set default_transaction_isolation = '${level}'`);
      const migrator = await fresh.open();
      await migrator.query("create table make_it_calm (id bigint primary key)");
      const files = readMigrationFiles();
      const attach = { version: 1_000, name: "calm", text: "select batch.attach('public.make_it_calm', 'calm')" };
      const withAttach = { ...files, migrations: [...files.migrations, attach] };
      await fresh.blockedBy("insert into make_it_calm values (1)", () => migrate(migrator, noopLog, withAttach));
      assert.deepEqual(await fresh.queued("calm"), [1]);
    });

    test(`${level}: the roles of the worker and of KEDA claim, finish and poll while others write`, async () => {
      await query(`alter database ${database.name} set default_transaction_isolation = '${level}'`);
      await query("insert into make_it_clap (duration_seconds) select 1 from generate_series(1, 50)");
      const scaler = database.connect("batch_scaler");
      const workers = Array.from({ length: 5 }, () => database.connect("batch_worker"));
      let polling = true;
      const polls = (async () => {
        while (polling) await poll(scaler);
      })();
      await Promise.all(
        workers.map(async (connection, index) => {
          for (let job = 0; job < 10; job++) {
            await succeed(connection, await take(connection, `w${index}-${job}`));
          }
        }),
      );
      polling = false;
      await polls;
      assert.deepEqual(await database.queued("clap"), []);
    });
  }
});

describe("serializable transactions", () => {
  const [width, rounds] = [8, 50];
  before(async () => {
    // With statistics of empty tables the planner would rather read all of them.
    await database.reset();
    await query("vacuum analyze batch.queue, batch.history, batch.deleted_request");
    await query("create table things (id bigint primary key); select batch.attach('things', 'thing')");
    await query(`insert into things select * from generate_series(1, ${2 * width * rounds}); analyze things`);
    const worker = database.connect();
    for (let job = 0; job < 100; job++) {
      await succeed(worker, await take(worker, `done-${job}`, { kind: "thing" }));
    }
    await query(`
      create table parts (id bigint, place text, primary key (id, place)) partition by list (place);
      create table parts_here partition of parts for values in ('here'); create table parts_there partition of parts for values in ('there')`);
    await query("select batch.attach('parts', 'part')");
    await query("insert into parts select i, 'there' from generate_series(1, 2000) i; analyze parts");
  });

  for (const [what, statement] of [
    ["insert", "insert into things values ($1 + 10000)"],
    ["insert into a partitioned table", "insert into parts values ($1 + 10000, 'here')"],
    ["delete", "delete from things where id = $1"],
    ["insert what was deleted", "insert into things values ($1)"],
  ] as const) {
    test(`that ${what} side by side do not fail because of each other`, async () => {
      const clients = await Promise.all(Array.from({ length: width }, () => database.open()));
      let failures = 0;
      await Promise.all(
        clients.map(async (client, index) => {
          for (let round = 0; round < rounds; round++) {
            const first = 2 * (index * rounds + round) + 1;
            try {
              await client.query("begin isolation level serializable");
              for (const id of [first, first + 1]) await client.query(statement, [id]);
              await client.query("commit");
            } catch (error) {
              assert.equal((error as { code?: string }).code, "40001");
              failures++;
              await client.query("rollback");
            }
          }
        }),
      );
      assert.ok(failures <= 4, `at most 1 % of 400 must fail; got ${failures}`);
    });
  }
});

describe("read uncommitted, which PostgreSQL runs as read committed, does not differ from it", () => {
  beforeEach(async () => {
    await database.reset();
    await query("drop table if exists parcels, parcels_copy; delete from batch.kind where kind = 'parcel'");
    await query("create table parcels (id bigint primary key); insert into parcels values (1), (2)");
    await query("select batch.attach('parcels', 'parcel')");
  });

  async function openUncommitted(): Promise<pg.Client> {
    const client = await database.open();
    await client.query("set default_transaction_isolation = 'read uncommitted'; set lock_timeout = '2s'");
    return client;
  }

  test("purge deletes", async () => {
    const worker = database.connect("batch_worker");
    await succeed(worker, await take(worker, "a", { kind: "parcel" }));
    const client = await openUncommitted();
    assert.deepEqual((await client.query("select batch.purge('parcel', '0')::integer as n")).rows, [{ n: 1 }]);
  });

  test("attaching again waits for no writer", async () => {
    await query("begin; insert into parcels values (3)");
    try {
      await (await openUncommitted()).query("select batch.attach('parcels', 'parcel')");
    } finally {
      await query("rollback");
    }
  });

  test("changes of the table's copy with its triggers end no request", async () => {
    await query("create table parcels_copy (like parcels including all); insert into parcels_copy table parcels");
    await copyTriggers(database);
    await (await openUncommitted()).query("truncate parcels_copy");
    assert.deepEqual(await database.queued("parcel"), [1, 2]);
  });
});
