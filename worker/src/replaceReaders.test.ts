import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { connectTo, createTestDatabase } from "../../tests/support/database.ts";
import { claim, claimParams } from "../../tests/support/queue.ts";
import { recordLog } from "../../tests/support/recordLog.ts";
import { migrate } from "./migrate.ts";

const database = await createTestDatabase();
const [MIGRATOR, SHOP] = ["migrator_of_readers_test", "shop_of_readers_test"];

before(() =>
  database.query(`
    create role ${MIGRATOR} login; grant batch_owner to ${MIGRATOR}; create role ${SHOP};
    create table office (id bigint primary key); select batch.attach('office', 'office');
    create table shop (id bigint primary key); alter table shop owner to ${SHOP}; select batch.attach('shop', 'shop');
    create table gone (id bigint primary key); select batch.attach('gone', 'gone'); drop table gone`),
);
after(async () => {
  const admin = await connectTo("postgres");
  await admin.query(`drop role ${MIGRATOR}, ${SHOP}`);
  await admin.end();
});

/** The readers that are still those of the earlier version. */
async function earlierReaders(): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(
    "select proname as name from pg_proc where pronamespace = 'batch'::regnamespace and prosrc like '%-- earlier%' order by 1",
  );
  return rows.map(({ name }) => name);
}

/** Leaves the database as an earlier version, whose readers were others, because this function was. */
async function goBack(changed = "create_readers"): Promise<void> {
  await database.query(`
    do $do$
    declare
      reader regprocedure;
    begin
      for reader in
        select f.oid from pg_proc f join batch.kind k on f.proname in ('row$' || k.kind, 'keys$' || k.kind)
        where f.pronamespace = 'batch'::regnamespace
      loop
        execute regexp_replace(pg_get_functiondef(reader), E'\\nbegin', E'\\nbegin -- earlier');
      end loop;
    end $do$;
    update batch.function set hash = 'earlier' where name = '${changed}'`);
}

/** The warnings of a migration by this role. */
async function migrateAs(user: string | undefined): Promise<readonly unknown[]> {
  const { log, lines } = recordLog();
  await migrate(user === undefined ? database.client : await database.open({ user }), log);
  const warnings = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === "warn");
  return warnings.map(({ kind, table }) => ({ kind, table }));
}

describe("a migration that changes how tables are read", () => {
  test("replaces the readers of every attached table that exists", async () => {
    await goBack();
    assert.equal((await earlierReaders()).length, 8);
    assert.deepEqual(await migrateAs(undefined), []);
    assert.deepEqual(await earlierReaders(), ["keys$gone", "row$gone"]);
    await database.query("insert into shop values (1)");
    const worker = database.connect("batch_worker");
    assert.equal((await claim(worker, claimParams("a", { kind: "shop" })))?.row, '{"id":1}');
  });

  test("replaces them if any function has changed that writes their text", async () => {
    for (const changed of ["row_reader", "keys_reader", "reader_parts", "fill_template"]) {
      await goBack(changed);
      await migrateAs(undefined);
      assert.deepEqual(await earlierReaders(), ["keys$gone", "row$gone"], changed);
    }
  });

  test("by a role that may not replace some readers succeeds, and names their tables", async () => {
    await goBack();
    assert.deepEqual(await migrateAs(MIGRATOR), [{ kind: "shop", table: "shop" }]);
    assert.deepEqual(await earlierReaders(), ["keys$gone", "keys$shop", "row$gone", "row$shop"]);
  });
});
