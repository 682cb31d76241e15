import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { succeed } from "../support/queue.ts";
import { claimed, claimNext, database, failed, poll, problem, query, queued, worker } from "./parcels.ts";

describe("a dropped table", () => {
  test("stops its kind with the reason; running attempts may end; the kind can be detached", async () => {
    const running = await claimed("a");
    await query("drop table parcels");
    assert.equal(await claimNext("b"), undefined);
    assert.equal(await poll(), 0);
    const reason =
      /the table of kind 'parcel' was dropped: create it and attach it again, or select batch\.detach\('parcel'\)/;
    assert.match(await problem(), reason);
    await succeed(worker, running);
    await query("select batch.detach('parcel')");
    assert.deepEqual(await queued(), []);
  });

  test("recreated and attached again, its rows are new requests, whatever their keys", async () => {
    await succeed(worker, await claimed("a"));
    await failed(await claimed("b"), true);
    await failed(await claimed("c"));
    await query("drop table parcels; create table parcels (id bigint primary key)");
    await query("insert into parcels values (1), (2), (3)");
    assert.equal(await poll(), 0);
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await queued(), [1, 2, 3]);
    assert.equal((await claimed("d")).attempt, 2);
  });

  test("recreated and attached again while a request runs: the new row with its key is a request once that has ended", async () => {
    const [one, two] = [await claimed("a"), await claimed("b")];
    await query("drop table parcels; create table parcels (id bigint primary key)");
    await query("insert into parcels values (1), (2)");
    await query("select batch.attach('parcels', 'parcel')");
    assert.deepEqual(await queued(), [1, 2], "those that run");
    await succeed(worker, one);
    assert.equal(await failed(two), "DEAD");
    assert.deepEqual(await queued(), [1, 2]);
    const again = [await claimed("c"), await claimed("d")].map(({ requestId, attempt }) => `${requestId}.${attempt}`);
    assert.deepEqual(again, ["1.2", "2.2"]);
  });

  test("is refused by an attach that waited while it was dropped", async () => {
    await query("create table pallets (id bigint primary key)");
    const attach = () => query("select batch.attach('pallets', 'pallet')");
    const attached = database.blockedBy(
      "select batch.attach('parcels', 'parcel')",
      attach,
      "drop table pallets; commit",
    );
    await assert.rejects(attached, { message: /requests must be a table; got \d+/ });
  });

  test("another table cannot be attached under its kind while it exists", async () => {
    await query("create schema elsewhere; create table elsewhere.parcels (id bigint primary key)");
    await assert.rejects(query("select batch.attach('elsewhere.parcels', 'parcel')"), {
      message: /kind must be a new one .*got 'parcel', which belongs to public.parcels/,
    });
  });
});
