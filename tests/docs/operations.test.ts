import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Claim, claim } from "../../worker/src/queue/claim.ts";
import { fail } from "../../worker/src/queue/fail.ts";
import { succeed } from "../../worker/src/queue/succeed.ts";
import { claimParams } from "../support/claim.ts";
import { createTestDatabase } from "../support/database.ts";

const page = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");
const database = await createTestDatabase();

/** The first sql block under a heading, as the statements it is made of. */
function statements(heading: string): string[] {
  const section = page.split(/^## /m).find((each) => each.startsWith(heading)) ?? "";
  const [, block = ""] = section.match(/^```sql\n(.*?)^```/ms) ?? assert.fail(`a block under ${heading}`);
  return block.split(/;\n+/).filter((each) => each.trim() !== "");
}

async function run(heading: string): Promise<object[][]> {
  const results: object[][] = [];
  for (const each of statements(heading)) results.push(await database.query(each));
  return results;
}

async function claimed(job: string) {
  const connection = database.connect();
  return { connection, attempt: (await claim(connection, claimParams(job, { backoffLimit: 0 }))) as Claim };
}

async function giveUp(job: string): Promise<void> {
  const { connection, attempt } = await claimed(job);
  await fail(connection, attempt, { reason: "error", message: "no", final: false });
}

const statusOf = async (id: number) =>
  (await database.query<{ status: string }>("select status from clap where id = $1", [id]))[0]?.status;

test("docs/operations.md does what it says, block by block", async () => {
  await run("Connect an application");
  const shop = await database.open({ user: "shop", password: "change me" });
  await shop.query("insert into make_it_clap (duration_seconds) values (1), (1), (1)");
  assert.equal((await shop.query("select from clap")).rowCount, 0);
  await assert.rejects(shop.query("select from batch.queue"), { code: "42501" });
  await shop.end();

  await giveUp("a");
  const [, many = ""] = statements("Run a request again");
  await database.query(statements("Run a request again")[0] ?? "");
  await giveUp("b");
  assert.equal((await database.query(many)).length, 1);
  const again = await claimed("c");
  assert.equal(again.attempt.attempt, 3);
  await succeed(again.connection, again.attempt);
  assert.equal(await statusOf(1), "SUCCESS");

  const { connection, attempt } = await claimed("d");
  const [taken] = await run("Take a request back");
  assert.deepEqual(taken, [{ job_name: "d" }]);
  await assert.rejects(succeed(connection, attempt), { name: "OwnershipLostError" });
  assert.equal(await statusOf(2), undefined);

  await giveUp("e");
  await database.query("insert into make_it_clap (duration_seconds) values (1), (1)");
  await claimed("f");
  const [queue, dead] = await run("Know how it stands");
  assert.partialDeepStrictEqual(queue, [{ kind: "clap", waiting: "1", running: "1", held: "0" }]);
  assert.deepEqual(dead, [{ kind: "clap", reason: "error", count: "3" }]);

  await database.query("update batch.history set ended_at = now() - interval '91 days' where request_id < 3");
  await run("Keep the history small");
  assert.deepEqual(await database.query("select id from make_it_clap order by id"), [
    { id: "3" },
    { id: "4" },
    { id: "5" },
  ]);
  assert.deepEqual(await database.query("select distinct request_id from batch.history"), [{ request_id: "3" }]);

  await database.query("create table pages (id bigint primary key)");
  await database.query("select batch.attach('pages', 'page')");
  await database.query("insert into pages values (1)");
  await run("Give up a kind");
  await database.query("insert into pages values (2)");
  assert.deepEqual(await database.query("select distinct kind from batch.queue"), [{ kind: "clap" }]);
  await database.query("drop owned by shop");
  await database.query("drop role shop");
});
