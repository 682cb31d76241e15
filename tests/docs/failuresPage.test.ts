import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createTestDatabase } from "../support/database.ts";

const page = readFileSync(new URL("../../docs/failures.md", import.meta.url), "utf8");
const database = await createTestDatabase();

test("docs/failures.md: the query for why no Job is created shows that a kind is paused or detached, also before the next poll", async () => {
  const [query = ""] = page.match(/(?<=^1\. `)select problem from [^`]+/m) ?? [];
  const getProblem = async () => (await database.query<{ problem: string | null }>(query))[0]?.problem;
  assert.equal(await getProblem(), null);
  await database.query("select batch.pause('clap', 'closed')");
  assert.match((await getProblem()) ?? "", /^paused: closed/);
  await database.query("select batch.resume('clap'); select batch.detach('clap')");
  assert.equal(await getProblem(), "detached");
});
