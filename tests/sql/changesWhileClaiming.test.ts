import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import type pg from "pg";
import { parseRow } from "../../worker/src/parseRow.ts";
import { SESSION_SETTINGS } from "../../worker/src/sessionOptions.ts";
import { type Claim, claim, claimParams, overClient, succeed } from "../support/queue.ts";
import { claimed, claimNext, database, poll, query, worker } from "./parcels.ts";

/** What a session whose readers are planned claims while it waits for these statements' commit. */
async function claimDuring(change: string): Promise<Claim | undefined> {
  await claimed("warm");
  return await database.blockedBy(change, () => claimNext("a"));
}

const SWAP = "alter table parcels rename id to number; alter table parcels rename seconds to id";

/** A session with a worker's settings, for a transaction of its own. */
async function openPod(): Promise<pg.Client> {
  const pod = await database.open({ user: "batch_worker" });
  for (const setting of Object.entries(SESSION_SETTINGS)) await pod.query("select set_config($1, $2, false)", setting);
  return pod;
}

afterEach(() => query("drop table if exists renamed"));

describe("a claim that waits for a change of the table", () => {
  for (const change of [
    "alter table parcels rename to renamed; alter table renamed rename column place to spot",
    "alter table parcels rename column id to key",
    "alter table parcels rename column seconds to duration; select batch.attach('parcels', 'parcel', 'duration')",
    "create schema elsewhere; alter table parcels set schema elsewhere; select batch.attach('elsewhere.parcels', 'parcel')",
    "alter table parcels owner to batch_program; select batch.attach('parcels', 'parcel')",
    "alter table parcels drop place, alter seconds type text",
  ]) {
    test(`ends no request: ${change}`, async () => {
      await query("select batch.attach('parcels', 'parcel', 'seconds')");
      if (change.includes("text")) await query("select batch.attach('parcels', 'parcel')");
      assert.equal((await claimDuring(change))?.attempt, 1);
      assert.deepEqual(await query("select from batch.history"), []);
    });
  }

  for (const [what, change] of [
    ["column", SWAP],
    [
      "table",
      "alter table parcels rename to renamed; create table parcels (id bigint primary key); insert into parcels select id from renamed",
    ],
    [
      "index",
      `${SWAP}; alter index parcels_pkey rename to other; create table renamed (id bigint constraint parcels_pkey primary key)`,
    ],
  ] as const) {
    for (const identity of ["default", "full"]) {
      test(`reads the request's own row, also if another ${what} has taken the name (replica identity ${identity})`, async () => {
        await query(`update parcels set seconds = 1 + id % 3; alter table parcels replica identity ${identity}`);
        const row = parseRow((await claimDuring(change))?.row ?? "");
        assert.deepEqual(row, what === "table" ? { id: 2, place: "x", seconds: 3 } : { number: 2, place: "x", id: 3 });
      });
    }
  }

  test("reads the request's own row, also if the table was renamed before and has not been attached again", async () => {
    await query("update parcels set seconds = 1 + id % 3; alter table parcels rename to renamed");
    const taken = await claimDuring(SWAP.replaceAll("table parcels", "table renamed"));
    assert.deepEqual(parseRow(taken?.row ?? ""), { number: 2, place: "x", id: 3 });
  });

  test("reads the request's own row, also if the change waits behind the claim", async () => {
    await query("update parcels set seconds = 1 + id % 3");
    await claimed("warm");
    const [first, changing] = [await database.begin("lock table parcels"), await database.open()];
    const waiting = claimNext("a");
    await database.untilBlocked();
    const changed = changing.query(`begin; ${SWAP}; commit`);
    await database.untilBlocked(2);
    await first.query("commit");
    await changed;
    assert.deepEqual(parseRow((await waiting)?.row ?? ""), { number: 2, place: "x", id: 3 });
  });
});

test("a claim whose snapshot is older than a change of the table reads the request's own row", async () => {
  await query("update parcels set seconds = 1 + id % 3");
  const pod = await openPod();
  await pod.query("begin isolation level repeatable read; select");
  await query(SWAP);
  const taken = await claim(overClient(pod), claimParams("a", { kind: "parcel" }));
  assert.deepEqual(parseRow(taken?.row ?? ""), { number: 1, place: "x", id: 2 });
  await pod.query("commit");
});

for (const level of ["repeatable read", "serializable"]) {
  test(`a ${level} transaction that is older than the table's primary key may claim a request, and delete rows`, async () => {
    const [pod, shop] = [await openPod(), await database.open()];
    for (const client of [pod, shop]) await client.query(`begin isolation level ${level}; select`);
    await query(`alter table parcels drop constraint parcels_pkey;
      alter table parcels add constraint again primary key (id)`);
    assert.equal((await claim(overClient(pod), claimParams("a", { kind: "parcel" })))?.requestId, "1");
    await pod.query("commit");
    await shop.query("delete from parcels where id = 2; commit");
    assert.deepEqual(await database.queued("parcel"), [1, 3]);
  });
}

test("the row of a table that replaced another runs, although the table is renamed just when the attempt on the previous row ends", async () => {
  await query(`create table other (id bigint primary key, place text, seconds double precision);
    insert into other values (1)`);
  const previous = await claimed("a");
  await query("alter table parcels rename to previous; alter table other rename to parcels; drop table previous");
  await query("select batch.attach('parcels', 'parcel')");
  const [first, renaming] = [await database.begin("lock table parcels"), await database.open()];
  const ended = succeed(worker, previous);
  await database.untilBlocked();
  const renamed = renaming.query("begin; alter table parcels rename to renamed");
  await database.untilBlocked(2);
  await first.query("commit");
  await renamed;
  await database.untilBlocked();
  await renaming.query("commit");
  await ended;
  assert.deepEqual(await database.queued("parcel"), [1]);
});

test("polls that read the keys lose no request while the table's schema exchanges its name with another", async () => {
  await query(`create schema one; create schema two; create table two.parcels (id bigint primary key);
    grant usage on schema one, two to public; grant select on two.parcels to public; alter table parcels set schema one`);
  const exchanging = await database.open();
  for (let n = 0; n < 80; n++) {
    await query("update batch.kind set sweep_pending = true where kind = 'parcel'");
    const polled = poll();
    await setTimeout(Math.random() * 10);
    await exchanging.query(`begin; alter schema one rename to three; alter schema two rename to one;
      alter schema three rename to two; commit`);
    await polled;
    assert.deepEqual(await database.queued("parcel"), [1, 2, 3]);
  }
  await query("drop schema one, two cascade");
});

test("of a table that was dropped there are no rows", async () => {
  await query("drop table parcels");
  assert.deepEqual(await query("select batch.existing_rows('parcel', '{1}') as ids"), [{ ids: [] }]);
});

test("a claim that cannot read the row in time does not mislead the next one, at any isolation level", async () => {
  const pod = await openPod();
  const take = (job: string) => claim(overClient(pod), claimParams(job, { kind: "parcel" }));
  const changing = await database.begin("lock table parcels");
  await pod.query("set lock_timeout = '1ms'");
  await assert.rejects(take("a"), { code: "55P03" });
  await changing.query("commit");
  await pod.query("reset lock_timeout; begin isolation level repeatable read");
  assert.equal((await take("a"))?.requestId, "1");
  await pod.query("commit");
  assert.equal((await take("b"))?.requestId, "2");
});
