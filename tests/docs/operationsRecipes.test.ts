import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import { FINAL_ERROR, fail, poll, succeed, take } from "../support/queue.ts";
import { page, run, statements } from "./operationsPage.ts";

const database = await createTestDatabase();
const { query } = database;

describe("docs/operations.md", () => {
  const worker = database.connect();
  const scaler = database.connect();
  const getStatus = async (id: number) =>
    (await query<{ status: string }>("select status from clap where id = $1", [id]))[0]?.status;

  const finish = async (job: string, kind = "clap") => succeed(worker, await take(worker, job, { kind }));

  const sequences = () => query("select relname from pg_class where relname like 'arrivals%' order by 1");

  const insert = (...ids: number[]) =>
    query("insert into make_it_clap (id, duration_seconds) select unnest($1::bigint[]), 1", [ids]);

  beforeEach(() => database.reset());
  afterEach(() =>
    query(`select batch.detach(kind) from batch.kind where kind <> 'clap';
      drop table if exists pages, pages_old; delete from batch.kind where kind <> 'clap'`),
  );

  test("retries the requests that became DEAD yesterday with one error", async () => {
    await insert(1, 2, 3, 4);
    const refused = "connection refused";
    for (const [job, message] of Object.entries({ a: refused, b: "no", c: refused, d: refused })) {
      await fail(worker, await take(worker, job), { reason: "error", message, final: true });
    }
    await query("update batch.history set ended_at = current_date - interval '1 minute' where request_id < 4");
    // One that has succeeded since, and one whose row was deleted.
    await query("select batch.retry('clap', 1)");
    await finish("e");
    await insert(5);
    await query("delete from batch.queue where request_id = 5");
    const [, , ofOneError = ""] = statements("Run a request again");
    assert.deepEqual(await query(ofOneError), [{ retry: true }]);
    assert.deepEqual(await query("select request_id from batch.queue"), [{ request_id: "3" }]);
  });

  test("cancels everything that waits, and nothing that runs", async () => {
    await insert(1, 2, 3);
    await take(worker, "a");
    for (const each of statements("Cancel a request").slice(2)) await query(each);
    assert.deepEqual(await query("select request_id from batch.queue"), [{ request_id: "1" }]);
    assert.equal(await getStatus(3), "DEAD");
    assert.equal(await poll(scaler), 1);
  });

  test("cancels everything that waits, also while an application deletes one of the rows", async () => {
    await insert(1, 2, 3);
    const [, cancel = ""] = statements("Cancel a request").slice(2);
    const canceled = await database.blockedBy("delete from make_it_clap where id = 2", () => query(cancel));
    assert.equal(canceled.length, 2);
    assert.deepEqual(await database.queued(), []);
  });

  test("pauses and resumes a kind, and all kinds", async () => {
    await insert(1);
    for (const heading of ["Pause", "Stop everything now"]) {
      const [pause = "", resume = ""] = statements(heading);
      await query(pause);
      assert.equal(await poll(scaler), 0, heading);
      await query(resume);
      assert.equal(await poll(scaler), 1, heading);
    }
  });

  test("stops and resumes all kinds, except one that was paused before", async () => {
    await insert(1);
    await query("select batch.pause('clap', 'the warehouse is closed')");
    await run(query, "Stop everything now");
    assert.equal(await poll(scaler), 0);
    assert.match(await database.problem(), /the warehouse is closed/);
    await query("select batch.resume('clap')");
  });

  test("copies attempts that are purged a while later", async () => {
    await insert(1);
    await finish("a");
    await query("update batch.history set ended_at = now() - interval '90 days' + interval '1 hour'");
    await run(query, "Archive the history");
    assert.equal((await query("delete from attempt_archive returning 1")).length, 1);
  });

  test("copies old attempts, and may be repeated", async () => {
    await insert(1, 2);
    for (const job of ["a", "b"]) await finish(job);
    await query("update batch.history set ended_at = ended_at - interval '91 days' where request_id = 1");
    for (let n = 0; n < 2; n++) await run(query, "Archive the history");
    assert.deepEqual(await query("select request_id, status from attempt_archive"), [
      { request_id: "1", status: "SUCCESS" },
    ]);
    const [loop = ""] = page.match(/do \$\$ begin while .*? end \$\$/) ?? [];
    await query(loop);
    assert.deepEqual(await query("select id from make_it_clap"), [{ id: "2" }]);
    // The attempts of a purged request whose key is used again start from 1.
    await insert(1);
    await finish("c");
    await query("update batch.history set ended_at = ended_at - interval '91 days' where request_id = 1");
    await run(query, "Archive the history");
    assert.equal((await query("select from attempt_archive")).length, 2);
  });

  test("deletes a kind: its rows are new requests when its table is attached again", async () => {
    await query("create table pages (id bigint primary key); select batch.attach('pages', 'page')");
    await query("insert into pages values (1)");
    await finish("a", "page");
    await run(query, "Detach a kind");
    assert.deepEqual(await query("select kind from batch.status"), [{ kind: "clap" }]);
    assert.deepEqual(await sequences(), [{ relname: "arrivals_clap" }]);
    await query("select batch.attach('pages', 'page')");
    assert.equal((await take(worker, "b", { kind: "page" })).attempt, 1);
  });

  test("deletes nothing of a kind that is attached again meanwhile", async () => {
    await insert(1);
    await finish("a");
    const [, ...deletion] = statements("Detach a kind");
    for (const each of deletion) await query(each.replace("page", "clap"));
    assert.equal(await getStatus(1), "SUCCESS");
    assert.equal(await poll(scaler), 0);
    assert.deepEqual(await query("select problem from batch.status"), [{ problem: null }]);
  });

  test("renames a kind: ended requests stay ended, and the others run once", async () => {
    await query("create table pages (id bigint primary key)");
    await query("insert into pages values (8); select batch.attach('pages', 'page'); truncate pages");
    await query("insert into pages select generate_series(1, 4)");
    await finish("a", "page");
    await fail(worker, await take(worker, "b", { kind: "page" }), FINAL_ERROR);
    await query("delete from pages where id = 1; insert into pages values (1)");
    await run(query, "Rename a kind");
    assert.deepEqual(await query("select kind from batch.kind order by 1"), [{ kind: "clap" }, { kind: "site" }]);
    assert.deepEqual(await sequences(), [{ relname: "arrivals_clap" }, { relname: "arrivals_site" }]);
    assert.equal(await poll(scaler, "site"), 3);
    const ran: string[] = [];
    for (const job of ["c", "d", "e"]) {
      const attempt = await take(worker, job, { kind: "site" });
      ran.push(`${attempt.requestId}.${attempt.attempt}`);
      await succeed(worker, attempt);
    }
    assert.deepEqual(ran.sort(), ["1.2", "3.1", "4.1"]);
  });

  test("renames a paused kind, and back: what it was stays, and its requests are counted at once", async () => {
    await query("create table pages (id bigint primary key); select batch.attach('pages', 'page')");
    await query("insert into pages values (1), (2); select batch.pause('page', 'closed')");
    await query("insert into batch.queue (kind, request_id) values ('page', 3)");
    await query("select batch.reject('page', array[3], 'by hand')");
    await run(query, "Rename a kind");
    assert.deepEqual(await query("select kind, rejected, problem from batch.status where kind <> 'clap'"), [
      { kind: "site", rejected: "1", problem: "paused: closed (to continue: select batch.resume('site'))" },
    ]);
    await query("select batch.resume('site')");
    await poll(scaler, "site");
    const other: Record<string, string> = { page: "site", site: "page" };
    for (const each of statements("Rename a kind")) {
      await query(each.replace(/(?<![a-z])(page|site)(?![a-z])/g, (kind) => other[kind] ?? kind));
    }
    assert.equal(await poll(scaler, "page"), 2);
  });

  test("renames a kind while an application deletes a row: neither fails", async () => {
    await query("create table pages (id bigint primary key); select batch.attach('pages', 'page')");
    await query("insert into pages values (1), (2)");
    const [begin = "", first = "", ...rest] = statements("Rename a kind");
    await query(begin);
    await query(first);
    const application = await database.open();
    const deleted = application.query("delete from pages where id = 1");
    await database.untilBlocked();
    for (const each of rest) await query(each);
    assert.equal((await deleted).rowCount, 1);
    assert.deepEqual(await database.queued("site"), [2]);
  });

  describe("of a table that is changed", () => {
    beforeEach(async () => {
      await query("create table pages (id bigint primary key); select batch.attach('pages', 'page')");
      await query("insert into pages values (1), (2), (3)");
    });

    test("changes the type of the key, which PostgreSQL refuses otherwise", async () => {
      await assert.rejects(query("alter table pages alter column id type bigint"), {
        message: "cannot alter type of a column used in a trigger definition",
      });
      await run(query, "Change the key's column");
      await query("update pages set id = 11 where id = 1");
      assert.deepEqual(await database.queued("page"), [2, 3, 11]);
    });

    test("replaces it by a copy: finished requests stay finished, and a running one ends", async () => {
      await finish("a", "page");
      const running = await take(worker, "b", { kind: "page" });
      await query("create table pages_new (like pages including all); insert into pages_new table pages");
      await run(query, "Replace a table by a copy");
      assert.deepEqual(await database.queued("page"), [2, 3]);
      await succeed(worker, running);
      assert.deepEqual(await database.queued("page"), [3]);
      await query("insert into pages values (4)");
      assert.equal(await poll(scaler, "page"), 2);
      for (const id of ["3", "4"]) assert.equal((await take(worker, id, { kind: "page" })).requestId, id);
    });

    test("replaces it by a copy with a sequence of its own: new rows get keys that are not taken", async () => {
      await query("alter table pages alter column id add generated always as identity");
      await query("select setval('pages_id_seq', 3)");
      await query("create table pages_new (like pages including all)");
      await query("insert into pages_new overriding system value table pages");
      await run(query, "Replace a table by a copy");
      await query("insert into pages default values");
      assert.equal((await database.queued("page")).length, 4);
    });
  });
});
