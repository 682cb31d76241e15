import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import { type Claim, claim, claimParams, overClient } from "../support/queue.ts";

const database = await createTestDatabase();
const { query } = database;
const worker = database.connect("batch_worker");
const KINDS = ["one", "three", "two"];

const take = (kind: string) => claim(worker, claimParams(`job-${kind}`, { kind })) as Promise<Claim | undefined>;

/** The kinds that are called by a static statement. */
async function connected(): Promise<string[]> {
  const [found] = await query<{ text: string }>(
    "select prosrc as text from pg_proc where oid = 'batch.call_reader'::regproc",
  );
  return [...(found?.text ?? "").matchAll(/batch\."?row\$(\w+)"?\(p_requests/g)].map(([, kind]) => String(kind));
}

beforeEach(async () => {
  await database.reset();
  for (const kind of KINDS) {
    await query(`drop table if exists ${kind} cascade; create table ${kind} (id bigint primary key)`);
    await query("delete from batch.kind where kind = $1", [kind]);
    await query(`select batch.attach('public.${kind}', '${kind}')`);
    await query(`insert into ${kind} values (1)`);
  }
});

describe("the readers of attached tables", () => {
  test("are called by one static statement for each kind", async () => {
    assert.deepEqual(await connected(), ["clap", ...KINDS]);
    for (const kind of KINDS) assert.equal((await take(kind))?.row, '{"id":1}');
    assert.equal(await take("four"), undefined);
  });

  test("are no longer called for a kind that was detached", async () => {
    await query("select batch.detach('two')");
    assert.deepEqual(await connected(), ["clap", "one", "three"]);
    assert.equal(await take("two"), undefined);
    assert.equal((await take("three"))?.row, '{"id":1}');
  });

  test("stop only their own kind if they are missing", async () => {
    await query('drop function batch."row$three"');
    assert.equal(await take("three"), undefined);
    for (const kind of ["one", "two"]) assert.equal((await take(kind))?.attempt, 1);
    assert.deepEqual(await query("select attempt from batch.queue where kind = 'three'"), [{ attempt: 0 }]);
  });

  test("may be created in two transactions at once", async () => {
    const attachTwo = () => query("select batch.attach('public.two', 'two')");
    await database.blockedBy("select batch.attach('public.one', 'one')", attachTwo);
    assert.deepEqual(await connected(), ["clap", ...KINDS]);
  });

  test("are replaced in place when the table is attached again: a claim that has already planned the call still finds them", async () => {
    const readers =
      "select oid, proname, proacl::text, proowner from pg_proc where proname in ('row$one', 'keys$one') order by 1";
    const before = await query(readers);
    assert.equal(before.length, 2);
    await query("select batch.attach('public.one', 'one')");
    assert.deepEqual(await query(readers), before);
  });

  test("of another signature, as an earlier version may have left them, are replaced", async () => {
    await query(
      'drop function batch."row$one"; create function batch."row$one"(p_request bigint) returns text return null',
    );
    await query("alter function batch.\"row$one\" owner to batch_owner; select batch.attach('public.one', 'one')");
    assert.equal((await take("one"))?.row, '{"id":1}');
  });

  test("are called for a kind that has no static statement, too", async () => {
    const file = new URL("../../sql/functions/call_reader.sql", import.meta.url);
    await query(readFileSync(file, "utf8"));
    assert.deepEqual(await connected(), []);
    for (const kind of KINDS) assert.equal((await take(kind))?.row, '{"id":1}');
  });

  test("of a superuser's table read nothing once its owner is none", async () => {
    await query("create role boss_of_readers_test superuser");
    await query(`create table boss_table (id bigint primary key);
      alter table boss_table owner to boss_of_readers_test`);
    await query("select batch.attach('boss_table', 'boss'); insert into boss_table values (1), (2)");
    assert.equal((await claim(worker, claimParams("a", { kind: "boss" })))?.requestId, "1");
    await query("alter role boss_of_readers_test nosuperuser");
    assert.equal(await claim(worker, claimParams("b", { kind: "boss" })), undefined);
    await query("alter role boss_of_readers_test superuser");
    assert.equal((await claim(worker, claimParams("b", { kind: "boss" })))?.requestId, "2");
    await query("drop owned by boss_of_readers_test cascade; drop role boss_of_readers_test");
  });

  test("give the same text whatever the session's settings are", async () => {
    const [plain, pinned] = [await database.open(), await database.open()];
    await query("drop table one; create table one (id bigint primary key, at timestamptz, f double precision)");
    await query("select batch.attach('public.one', 'one')");
    await query("insert into one values (1, '2026-01-02 03:04:05+00', 0.1::float8 + 0.2)");
    await plain.query("set timezone = 'Asia/Tokyo'; set extra_float_digits = 0");
    await pinned.query("set timezone = 'UTC'; set enable_seqscan = off; set lc_monetary = 'C'");
    const read =
      "select request from batch.read_row('one', 'public.one', null, 1) as (request text, timeout_seconds double precision)";
    const expected = [{ request: '{"id":1,"at":"2026-01-02T03:04:05+00:00","f":0.30000000000000004}' }];
    assert.deepEqual((await plain.query(read)).rows, expected);
    assert.deepEqual((await pinned.query(read)).rows, expected);
  });

  test("of a partitioned table lock only the partition of the row, in a worker's session of many claims too", async () => {
    await query(`
      create table many (id bigint primary key) partition by range (id);
      do $$begin for i in 0..49 loop
        execute format('create table many_%s partition of many for values from (%s) to (%s)', i, 10 * i, 10 * i + 10);
      end loop; end$$;
      select batch.attach('many', 'many'); insert into many select generate_series(1, 12)`);
    const pod = await database.open({ user: "batch_worker" });
    const locked = `select count(*)::integer as partitions from pg_locks l
      where l.pid = pg_backend_pid() and l.relation in (select i.inhrelid from pg_inherits i where i.inhparent = 'public.many'::regclass)`;
    // PostgreSQL compares the two plans in the first claims of a session.
    for (let job = 1; job <= 10; job++) await claim(overClient(pod), claimParams(`job-${job}`, { kind: "many" }));
    await pod.query("begin");
    assert.equal((await claim(overClient(pod), claimParams("job-11", { kind: "many" })))?.requestId, "11");
    assert.deepEqual((await pod.query(locked)).rows, [{ partitions: 1 }]);
    await pod.query("commit");
  });
});
