import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import { ERROR, fail, succeed, take } from "../support/queue.ts";
import { type Setup, STATES, type StateName } from "../support/states.ts";
import { workOff } from "../support/workOff.ts";
import { run, statements } from "./operationsPage.ts";

const database = await createTestDatabase();
const { query } = database;

const worker = database.connect();
const scaler = database.connect();

const claimed = (job: string) => take(worker, job, { backoffLimit: 0 });

async function giveUp(job: string): Promise<void> {
  await fail(worker, await claimed(job), ERROR);
}

const getStatus = async (id: number) =>
  (await query<{ status: string }>("select status from clap where id = $1", [id]))[0]?.status;

test("docs/operations.md does what it says, block by block", async () => {
  await run(query, "Connect an application");
  const shop = await database.open({ user: "shop", password: "change me" });
  await shop.query("insert into make_it_clap (duration_seconds) values (1)");
  for (const view of ["clap", "page_status"]) assert.equal((await shop.query(`select from ${view}`)).rowCount, 0);
  await assert.rejects(shop.query("select from batch.queue"), { code: "42501" });
  await shop.end();

  await giveUp("a");
  const [one = "", many = ""] = statements("Run a request again");
  await query(one);
  await giveUp("b");
  assert.equal((await query(many)).length, 1);
  const again = await claimed("c");
  assert.equal(again.attempt, 3);
  await succeed(worker, again);
  assert.equal(await getStatus(1), "SUCCESS");

  await query("insert into make_it_clap (duration_seconds) values (1), (1)");
  const attempt = await claimed("d");
  const [byRow = "", byKey = ""] = statements("Cancel a request");
  await query(byRow);
  await succeed(worker, attempt);
  assert.equal(await getStatus(2), "SUCCESS");
  assert.deepEqual(await query(byKey), [{ cancel: null }]);
  assert.equal(await getStatus(3), "DEAD");

  await query("insert into make_it_clap (duration_seconds) values (1), (1)");
  await claimed("f");
  await query("insert into batch.queue (kind, request_id) values ('clap', 1)");
  await query("select batch.reject('clap', array[1], 'by hand')");
  const [queue, rejected, dead] = await run(query, "Monitor it");
  assert.partialDeepStrictEqual(queue, [
    { kind: "clap", waiting: "1", running: "1", reserved: "0", rejected: "1", problem: null },
  ]);
  assert.partialDeepStrictEqual(rejected, [{ kind: "clap", request_id: "1", reason: "by hand" }]);
  assert.deepEqual(dead, [
    { kind: "clap", reason: "canceled", count: "1" },
    { kind: "clap", reason: "error", count: "2" },
  ]);

  await query("update batch.history set ended_at = now() - interval '91 days' where request_id < 3");
  assert.deepEqual(await run(query, "Keep the history small"), [[{ purge: "2" }]]);
  assert.deepEqual(await query("select id from make_it_clap order by id"), [{ id: "3" }, { id: "4" }, { id: "5" }]);
  assert.deepEqual(await query("select distinct request_id from batch.history"), [{ request_id: "3" }]);

  await query("create table pages (id bigint primary key); select batch.attach('pages', 'page')");
  await query("insert into pages values (1)");
  await run(query, "Detach a kind");
  await query("insert into pages values (2)");
  assert.deepEqual(await query("select distinct kind from batch.queue"), [{ kind: "clap" }]);
  await query("drop owned by shop; drop role shop");
});

test("an operator with the rights that docs/operations.md grants may run every recipe that changes no table", async () => {
  await database.reset();
  await query("insert into make_it_clap (duration_seconds) values (1), (1), (1)");
  await giveUp("operated");
  await run(query, "Add an operator");
  const operator = await database.open({ user: "oncall", password: "change me" });
  for (const heading of [
    ...["Run a request again", "Cancel a request", "Pause", "Stop everything now", "Monitor it"],
    "Keep the history small",
  ]) {
    for (const each of statements(heading)) await operator.query(each);
  }
  await operator.end();
  await query("drop owned by oncall; drop role oncall");
});

test("canceling everything that waits keeps a kind paused that was paused before", async () => {
  await query("select batch.pause('clap', 'closed')");
  for (const each of statements("Cancel a request").slice(2)) await query(each);
  assert.match(await database.problem(), /^paused: closed/);
  await query("select batch.resume('clap')");
});

test("running all DEAD requests again, also twice, leaves out those that were canceled, while they waited or ran", async () => {
  await database.reset();
  await query("insert into make_it_clap (duration_seconds) values (1), (1), (1)");
  await giveUp("dead");
  const attempt = await claimed("canceled");
  await query("select batch.cancel('clap', 2), batch.cancel('clap', 3)");
  await fail(worker, attempt, ERROR);
  assert.deepEqual(await Promise.all([1, 2, 3].map(getStatus)), ["DEAD", "DEAD", "DEAD"]);
  const [, many = ""] = statements("Run a request again");
  assert.deepEqual(await query(many), [{ retry: true }]);
  // Nor those that wait already: such a one may be claimed, and refused, meanwhile.
  assert.deepEqual(await query(many), []);
  assert.deepEqual(await database.queued(), [1]);
});

test("after the history was deleted, the page's statement keeps what has ended from being run again, and nothing else", async () => {
  await database.reset();
  await query("insert into make_it_clap (duration_seconds) values (1), (1), (1), (1)");
  const [done, running] = [await claimed("done"), await claimed("running")];
  await succeed(worker, done);
  await giveUp("dead");
  await query("truncate batch.history");
  for (const each of statements("Restore the queue alone"))
    await query(each.replaceAll("pages", "make_it_clap").replaceAll("'page'", "'clap'"));
  await query("select batch.attach('make_it_clap', 'clap')");
  assert.deepEqual(await database.queued(), [2, 4]);
  await succeed(worker, running);
  assert.deepEqual(await Promise.all([1, 2, 3, 4].map(getStatus)), ["SUCCESS", "SUCCESS", "SUCCESS", undefined]);
});

for (const mistake of ["delete from letters", "truncate letters"]) {
  test(`${mistake} is undone: what has ended stays so, what had never started runs`, async () => {
    await query("create table letters (id bigint generated always as identity primary key)");
    await query("select batch.attach('letters', 'letter'); insert into letters select from generate_series(1, 4)");
    await query("create table letters_restored as table letters");
    await succeed(worker, await take(worker, "a", { kind: "letter" }));
    await fail(worker, await take(worker, "b", { kind: "letter" }), ERROR);
    await query(mistake);
    // The application goes on.
    await query("insert into letters default values; insert into letters overriding system value values (3)");
    for (const each of statements("Bring deleted rows back").map((text) => text.replaceAll(/page/g, "letter"))) {
      if (mistake.startsWith("truncate") || !each.includes("after a truncate")) await query(each);
    }
    assert.deepEqual(await database.queued("letter"), [3, 4, 5]);
    assert.deepEqual(await query("select batch.retry('letter', 2)"), [{ retry: true }]);
    await query("select batch.attach('letters', 'letter')");
    assert.deepEqual(await database.queued("letter"), [2, 3, 4, 5]);
    await query(`drop table letters, letters_restored; select batch.detach('letter');
      delete from batch.history where kind = 'letter'`);
  });
}

const NOT_ENDED: readonly StateName[] = [
  ...(["waiting", "running", "running, its worker dead", "reserved", "interrupted", "deferred"] as const),
  ...(["retried", "re-inserted"] as const),
];

/** The states in which request 1 runs once more, or to its end, after a recipe, when everything that may run has been run. */
const RECIPES: Record<string, { readonly recipe: string; readonly runs: readonly StateName[] }> = {
  // What has ended is deleted; what has not is run.
  purge: { recipe: "select batch.purge('clap', '0')", runs: NOT_ENDED },
  "detach and attach": {
    recipe: "select batch.detach('clap'); select batch.attach('make_it_clap', 'clap')",
    runs: [...NOT_ENDED, "failed and not queued"],
  },
  // Its worker cannot know.
  "delete the row": { recipe: "delete from make_it_clap where id = 1", runs: ["running"] },
  "delete and insert": {
    recipe:
      "begin; delete from make_it_clap where id = 1; insert into make_it_clap (id, duration_seconds) values (1, 1); commit",
    runs: Object.keys(STATES) as StateName[],
  },
  "attach again": {
    recipe: "select batch.attach('make_it_clap', 'clap')",
    runs: [...NOT_ENDED, "failed and not queued"],
  },
};

describe("recipes lose and repeat no work, whatever state a request is in", () => {
  for (const [title, { recipe, runs }] of Object.entries(RECIPES)) {
    for (const [name, setup] of Object.entries(STATES) as [StateName, Setup][]) {
      test(`${title}: ${name}`, async () => {
        await database.reset();
        const attempt = await setup(database, worker);
        const before = (await query("select from batch.history where status = 'SUCCESS'")).length;
        await database.client.query(recipe);
        let done = 0;
        if (attempt && name !== "running, its worker dead") {
          // Its worker continues, and succeeds if that still counts.
          await succeed(worker, attempt);
          done += name === "running" ? 1 : 0;
        }
        done += (await workOff(database.client, scaler, worker, { count: 4 })).length;
        // The worker of the previous row cannot know; the present one runs afterwards.
        assert.equal(done, Number(runs.includes(name)) + Number(title === "delete and insert" && name === "running"));
        const successes = (await query("select from batch.history where status = 'SUCCESS'")).length;
        if (title !== "purge") assert.ok(successes <= before + done + (name === "running and canceled" ? 1 : 0));
        assert.deepEqual(await query("select from batch.queue where kind = 'clap'"), []);
      });
    }
  }
});

describe("a kind that was emptied is as before its first row", () => {
  for (const [name, setup] of Object.entries(STATES) as [StateName, Setup][]) {
    test(name, async () => {
      await database.reset();
      await setup(database, worker);
      for (const each of statements("Back up and restore"))
        await query(each.replace("pages", "make_it_clap").replace("'page'", "'clap'"));
      for (const table of ["queue", "job", "history", "deleted_request", "rejected"])
        assert.deepEqual(await query(`select from batch.${table}`), [], table);
      await query("insert into make_it_clap (id, duration_seconds) values (1, 1)");
      assert.equal((await workOff(database.client, scaler, worker, { count: 2 })).length, 1);
      assert.deepEqual(await query("select attempt, status from batch.history"), [{ attempt: 1, status: "SUCCESS" }]);
    });
  }
});
