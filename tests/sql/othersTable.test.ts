import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestDatabase } from "../support/database.ts";

const { query } = await createTestDatabase();

test("attaching again or detaching another role's table is refused with what to grant, even if nothing has to be repaired", async () => {
  await query("create table parcels (id bigint primary key); select batch.attach('parcels', 'parcel')");
  await query(`begin; create role app; grant batch_owner to app; alter table parcels owner to app;
    set local role app; select batch.attach('parcels', 'parcel'); reset role;
    create role admin; grant batch_owner to admin; grant select on parcels to admin; set local role admin`);
  for (const call of ["attach('parcels', 'parcel')", "detach('parcel')"]) {
    await query("savepoint refused");
    await assert.rejects(query(`select batch.${call}`), {
      message:
        "public.parcels may be attached and detached only by its owner, app, a member of that role or a superuser; got admin",
      hint: "Call it as app, or grant app to admin.",
    });
    await query("rollback to refused");
  }
  await query("rollback");
});
