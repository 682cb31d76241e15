import assert from "node:assert/strict";
import { test } from "node:test";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { codeBlocks } from "../support/codeBlocks.ts";
import { createTestDatabase } from "../support/database.ts";
import { succeed, take } from "../support/queue.ts";
import { page } from "./operationsPage.ts";

const database = await createTestDatabase();
const { query } = database;

/** Does what the page says. */
async function returnQueue(run: (statement: string) => Promise<unknown>): Promise<void> {
  const section = page.split(/^## /m).find((each) => each.startsWith("Return the queue to its owner")) ?? "";
  const blocks = codeBlocks(section, "sql");
  assert.ok(blocks.length > 0, "the page has statements");
  for (const block of blocks) await run(block);
}

test("docs/operations.md returns a queue that belongs to the role that migrates to its owner, without a superuser", async () => {
  const admin = "admin_of_return_queue_test";
  await database.createRole(admin);
  await query(`grant batch_owner to ${admin}; grant create on database ${database.name} to ${admin}`);
  await query(`reassign owned by batch_owner to ${admin}`);
  const client = await database.open({ user: admin });
  await returnQueue((statement) => client.query(statement));
  const others =
    "select from pg_proc where pronamespace = 'batch'::regnamespace and proowner <> 'batch_owner'::regrole";
  assert.deepEqual(await query(others), []);
});

test("docs/operations.md returns a queue that belongs to a superuser to its owner; until then the migration refuses it", async () => {
  // The schema alone: functions that a migration creates belong to its owner.
  for (const mistake of ["alter schema batch owner to current_user", "reassign owned by batch_owner to current_user"]) {
    await query(mistake);
    const refusal = /no superuser .*; got postgres, as after pg_restore --no-owner/;
    await assert.rejects(migrate(database.client, noopLog), refusal);
  }
  await returnQueue(query);
  await migrate(database.client, noopLog);
  await query("select batch.attach('make_it_clap', 'clap')");
  await query("insert into make_it_clap (duration_seconds) values (1)");
  const worker = database.connect("batch_worker");
  await succeed(worker, await take(worker, "a"));
  const owners =
    "select distinct proowner::regrole::text as owner from pg_proc where pronamespace = 'batch'::regnamespace";
  assert.deepEqual(await query(owners), [{ owner: "batch_owner" }]);
});
