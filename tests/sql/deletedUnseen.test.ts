import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { succeed } from "../support/queue.ts";
import { haltBefore, own } from "./interleaving.ts";
import {
  attempts,
  claimed,
  failed,
  finishAll,
  notRetried,
  partitionByPlace,
  poll,
  query,
  queued,
  worker,
} from "./parcels.ts";

const ATTACH = "select batch.attach('parcels', 'parcel')";

/** How a row is deleted while no trigger sees it, and the queue finds out. */
const WAYS: Readonly<Record<string, () => Promise<unknown>>> = {
  "deleted while its kind is detached": () =>
    query(`select batch.detach('parcel'); delete from parcels where id = 1; ${ATTACH}`),
  "truncated while its kind is detached": () =>
    query(`select batch.detach('parcel'); truncate parcels; insert into parcels (id) values (2), (3); ${ATTACH}`),
  "deleted while the triggers are disabled, before the table is attached again": () =>
    query(`alter table parcels disable trigger user; delete from parcels where id = 1; ${ATTACH}`),
  "deleted while the triggers are disabled, before they are enabled and the table is attached again": () =>
    query(`alter table parcels disable trigger user; delete from parcels where id = 1;
      alter table parcels enable trigger user; ${ATTACH}`),
};

for (const [what, lose] of Object.entries(WAYS)) {
  describe(`a row that is ${what}`, () => {
    test("and inserted again while its previous request runs: it runs once, after that attempt", async () => {
      const running = await claimed("a");
      await lose();
      await query("insert into parcels (id) values (1)");
      await succeed(worker, running);
      await poll();
      assert.deepEqual(await finishAll().then((ids) => ids.sort()), [1, 2, 3]);
    });

    test("is not retried", async () => {
      const running = await claimed("a");
      await lose();
      assert.equal(await failed(running), "DEAD");
      assert.deepEqual(await attempts(1), [notRetried("its row was deleted")]);
      assert.deepEqual(await queued(), [2, 3]);
    });
  });
}

test("a reserved request is DEAD at once if its row is deleted while the triggers are disabled", async () => {
  await failed(await claimed("a"));
  await query(`alter table parcels disable trigger user; delete from parcels where id = 1; ${ATTACH}`);
  assert.partialDeepStrictEqual(await attempts(1), [{ status: "DEAD" }]);
  assert.deepEqual(await queued(), [2, 3]);
});

test("a request whose partition is detached while it runs is not run again when both are attached again", async () => {
  await partitionByPlace();
  await query(`${ATTACH}; insert into parcels values (1, 'here')`);
  const running = await claimed("a");
  await query(`select batch.detach('parcel'); alter table parcels detach partition parcels_here; ${ATTACH}`);
  await succeed(worker, running);
  await query("alter table parcels attach partition parcels_here for values in ('here')");
  await poll();
  assert.deepEqual(await queued(), []);
});

test("attaching does not wait for a program that has locked its request, and may write to the table next", async () => {
  const running = await claimed("a");
  const program = await own(running);
  await query(`alter table parcels disable trigger user; delete from parcels where id = 1; ${ATTACH}`);
  await program.query("insert into parcels (id) values (4); commit");
  await program.end();
  await succeed(worker, running);
  assert.deepEqual(await queued(), [2, 3, 4]);
});

test("attaching is refused if rows are hidden while they are read, and no running request is taken for one without a row", async () => {
  await query(`create role hidden_owner bypassrls; alter table parcels owner to hidden_owner;
    alter table parcels enable row level security; alter table parcels force row level security; ${ATTACH}`);
  const running = await claimed("a");
  await query("alter table parcels disable trigger user");
  const read = "without_row := batch.claimed_without_row(p_kind, true);";
  const attached = haltBefore("complete_attachment", read, ATTACH, () => query("alter role hidden_owner nobypassrls"));
  await assert.rejects(attached, /row level security hides rows/);
  await query(`alter table parcels disable row level security; ${ATTACH}`);
  await succeed(worker, running);
  await poll();
  assert.deepEqual(await queued(), [2, 3]);
  await query("alter table parcels owner to current_user; drop owned by hidden_owner; drop role hidden_owner");
});
