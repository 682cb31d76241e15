import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";

const database = await createTestDatabase();
const { query } = database;

/** What an operator may type, and the answer. */
const MISTAKES: Readonly<Record<string, string>> = {
  "batch.retry('page', 1)": "kind must be one that batch.status shows (clap); got 'page'",
  "batch.retry(null, 1)": "kind must be one that batch.status shows (clap); got null",
  "batch.retry('clap', 7)": "clap 7 must be DEAD to be retried (no work is done twice); got no such request",
  "batch.retry('clap', 2)":
    "clap 2 must be DEAD to be retried (no work is done twice); got a row that was never queued; to queue it: select batch.attach('public.make_it_clap', 'clap')",
  "batch.retry('clap', null)": "the request must be the primary key of a row of kind 'clap'; got null",
  "batch.cancel('page', 1)": "kind must be one that batch.status shows (clap); got 'page'",
  "batch.cancel(null, 1)": "kind must be one that batch.status shows (clap); got null",
  "batch.cancel('clap', null)": "the request must be the primary key of a row of kind 'clap'; got null",
  "batch.cancel('clap', -1)": "clap -1 must be unfinished to be canceled; got no such request",
  "batch.purge('page', '1 day')": "kind must be one that batch.status shows (clap); got 'page'",
  "batch.purge('clap', '1 day', 0)": "the limit must be 1 request or more (one transaction deletes all of them); got 0",
  "batch.purge('clap', '1 day', -1)":
    "the limit must be 1 request or more (one transaction deletes all of them); got -1",
  "batch.purge('clap', '1 day', null)":
    "the limit must be 1 request or more (one transaction deletes all of them); got null",
  "batch.detach('page')": "kind must be one that batch.status shows (clap); got 'page'",
  "batch.demand('page', 1, 10)": "kind must be one that batch.status shows (clap); got 'page'",
  "batch.demand('clap', 0, 10)":
    "requests per Job and the maximum number of Jobs must be at least 1, and the seconds until a pod claims at least 0 (KEDA uses them); got 0, 10, 40",
  "batch.demand('clap', 1, null)":
    "requests per Job and the maximum number of Jobs must be at least 1, and the seconds until a pod claims at least 0 (KEDA uses them); got 1, null, 40",
  "batch.demand('clap', -1, -10, -1)":
    "requests per Job and the maximum number of Jobs must be at least 1, and the seconds until a pod claims at least 0 (KEDA uses them); got -1, -10, -1",
};

describe("a wrong call fails with a message that says what to do, and changes nothing", async () => {
  await query("insert into make_it_clap (id, duration_seconds) values (1, 1)");
  await query("set session_replication_role = replica; insert into make_it_clap (id, duration_seconds) values (2, 1)");
  await query("reset session_replication_role");

  for (const [call, message] of Object.entries(MISTAKES)) {
    test(call, async () => {
      await assert.rejects(query(`select ${call}`), { message });
      assert.deepEqual(await query("select request_id, attempt from batch.queue"), [{ request_id: "1", attempt: 0 }]);
    });
  }
});

test("settings of the scaling query may be as large as their type allows", async () => {
  await query("insert into batch.job (kind, job_name, failures, finished) values ('clap', 'lost', 1, 0)");
  for (const settings of ["1, 2147483647", "2147483647, 2147483647", "1, 10, 2147483647"]) {
    for (let poll = 0; poll < 3; poll++) {
      assert.deepEqual(await query(`select batch.demand('clap', ${settings}) as jobs`), [{ jobs: "1" }]);
    }
  }
});
