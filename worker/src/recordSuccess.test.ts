import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { claimParams, startAttempt } from "../../tests/support/queue.ts";
import { recordLog } from "../../tests/support/recordLog.ts";
import { recordSuccess } from "./recordSuccess.ts";

const database = await createTestDatabase();

afterEach(() => database.reset());

/** A pod with an attempt that has just succeeded, while another request waits. */
async function startPod() {
  await database.insert(2);
  const params = claimParams("a");
  const { connection, attempt } = await startAttempt({ connect: () => database.connect("batch_worker") }, params);
  const { log, lines } = recordLog();
  const record = () => recordSuccess({ database: connection, log }, attempt, null, { ...params, jobFinished: 1 });
  return { connection, record, lines };
}

const stored = () => database.query("select request_id, attempt, status from batch.attempt order by 1, 2");

describe("recordSuccess", () => {
  for (const [what, change, restore, reason] of [
    [
      "the schema is older",
      "alter function batch.succeed_and_claim rename to other",
      "alter function batch.other rename to succeed_and_claim",
      /function batch.succeed_and_claim\(.*does not exist/,
    ],
    [
      "the right to run the statement is missing",
      "revoke execute on function batch.succeed_and_claim from batch_worker",
      "grant execute on function batch.succeed_and_claim to batch_worker",
      /permission denied for function succeed_and_claim/,
    ],
  ] as const) {
    test(`records the success even if ${what}`, async () => {
      const { record, lines } = await startPod();
      await database.query(change);
      assert.equal(await record(), undefined);
      await database.query(restore);
      assert.match(lines.join(), reason);
      assert.deepEqual(await stored(), [{ request_id: "1", attempt: 1, status: "SUCCESS" }]);
    });
  }

  for (const code of ["22012", "40P01", "53200", "55P03", "57014", "58030", "P0001", "XX001"]) {
    test(`records the success on the same connection even if the claim fails with ${code}`, async () => {
      const { connection, record } = await startPod();
      connection.onDisconnect = () => assert.fail("the session lock was lost");
      const [{ source } = { source: "" }] = await database.query<{ source: string }>(
        "select pg_get_functiondef(oid) as source from pg_proc where oid::regproc::text = 'batch.claim'",
      );
      const raise = `raise exception 'no claim' using errcode = '${code}';`;
      await database.query(source.replace(/\nbegin\n/, `\nbegin\n${raise}\n`));
      assert.equal(await record(), null);
      await database.query(source);
      assert.deepEqual(await stored(), [{ request_id: "1", attempt: 1, status: "SUCCESS" }]);
    });
  }
});
