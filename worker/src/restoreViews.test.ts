import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { take } from "../../tests/support/queue.ts";
import { noopLog } from "./log.ts";
import { migrate } from "./migrate.ts";

const database = await createTestDatabase();

/** Everything about the schema's views that a user can see. */
const views = () =>
  database.query(`
    select c.relname, pg_get_viewdef(c.oid) as definition, pg_get_userbyid(c.relowner) as owner, obj_description(c.oid) as comment,
           c.relacl::text as rights
    from pg_class c where c.relnamespace = 'batch'::regnamespace and c.relkind = 'v' order by 1`);

test("a migration creates the views that were dropped from the schema batch as they were", async () => {
  const before = await views();
  assert.equal(before.length, 3);
  await database.query("drop view batch.attempt, batch.status cascade");
  await migrate(database.client, noopLog);
  assert.deepEqual(await views(), before);
  await database.insert();
  await take(database.connect("batch_worker"), "a");
  const requests = await database.query("select request_id, status from batch.request");
  assert.deepEqual(requests, [{ request_id: "1", status: "RUNNING" }]);
});
