import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestDatabase } from "../support/database.ts";
import { succeed, take } from "../support/queue.ts";
import { statements } from "./operationsPage.ts";

const database = await createTestDatabase();
const { query } = database;
const worker = database.connect();

async function finish(...kinds: readonly string[]): Promise<void> {
  for (const [job, kind] of kinds.entries()) await succeed(worker, await take(worker, `${kind}-${job}`, { kind }));
}

test("rows of a table with two kinds are brought back for both, as docs/operations.md says: nothing that ended runs again", async () => {
  await query("create table pages (id bigint generated always as identity primary key)");
  await query("select batch.attach('pages', 'page'), batch.attach('pages', 'thumb')");
  await query("insert into pages select from generate_series(1, 2)");
  await finish("page", "page", "thumb");
  await query("create table pages_restored as table pages");
  await query("delete from pages");
  for (const each of statements("Bring deleted rows back")) {
    if (each.includes("after a truncate")) continue;
    if (/^(alter table|select batch.attach)/.test(each)) await query(each.replaceAll(/page\b/g, "thumb"));
    await query(each.replace("d.kind = 'page'", "d.kind in ('page', 'thumb')"));
  }
  assert.deepEqual([await database.queued("page"), await database.queued("thumb")], [[], [2]]);
  await query("select batch.detach('page'), batch.detach('thumb'); drop table pages, pages_restored");
});

test("rows of a table that was truncated twice, and whose keys were used again, run if they had not started", async () => {
  await query("create table letters (id bigint primary key); select batch.attach('letters', 'letter')");
  await query("insert into letters values (1), (2)");
  await finish("letter", "letter");
  await query("truncate letters");
  const [earlier] = await query<{ at: string }>("select cleared_at::text as at from batch.kind where kind = 'letter'");
  await query("insert into letters values (1), (2)");
  await finish("letter");
  await query("create table letters_restored as table letters");
  await query("truncate letters");
  for (const each of statements("Bring deleted rows back").map((text) => text.replaceAll(/page/g, "letter"))) {
    await query(each.replace("cleared_at = default", `cleared_at = '${earlier?.at}'`));
  }
  assert.deepEqual(await database.queued("letter"), [2]);
});
