import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { noopLog } from "./log.ts";
import { migrateDatabase } from "./migrateDatabase.ts";

test("migrateDatabase may pause between two statements for longer than the server's idle timeouts", async () => {
  const { name, query } = await createTestDatabase("template0");
  for (const setting of ["idle_session_timeout", "idle_in_transaction_session_timeout"])
    await query(`alter database ${name} set ${setting} = '1ms'`);
  const { PG_HOST, PG_PORT, PG_USERNAME } = process.env;
  await migrateDatabase({ PG_HOST, PG_PORT, PG_USERNAME, PG_DATABASE: name }, noopLog);
  const [found] = await query<{ found: boolean }>("select to_regclass('batch.queue') is not null as found");
  assert.deepEqual(found, { found: true });
});
