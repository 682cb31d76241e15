import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { createFolder } from "../../tests/support/createFolder.ts";
import { createOddPods } from "../../tests/support/oddPods.ts";
import { createProxy } from "../../tests/support/proxy.ts";
import { requirePassword } from "../../tests/support/requirePassword.ts";
import { until } from "../../tests/support/until.ts";

const { database, insert, start } = await createOddPods();
const proxy = await createProxy();
const role = `busy_${process.pid}`;

async function sessions(): Promise<number[]> {
  const rows = await database.query<{ pid: number }>("select pid from pg_stat_activity where usename = $1", [role]);
  return rows.map(({ pid }) => pid);
}

test("a handler that keeps every thread of Node's pool busy does not keep the worker from connecting again", {
  timeout: 60_000,
}, async () => {
  await database.query(`create role ${role} login in role batch_worker password 'a password'`);
  after(await requirePassword(role));
  const release = join(createFolder(), "release");
  const address = { PG_HOST: "localhost", PG_PORT: String(proxy.address.port), PG_USERNAME: role };
  await insert("block the thread pool");
  const pod = start({ ...address, PGPASSWORD: "a password", RELEASE: release });
  await pod.prints('"message":"blocked"');
  const [broken] = await sessions();
  await database.query("select pg_terminate_backend($1)", [broken]);
  await until("it has a new session", async () => (await sessions()).some((pid) => pid !== broken));
  writeFileSync(release, "");
  assert.equal(await pod.ended, 0, pod.output());
  const attempts = await database.query("select attempt, status from batch.attempt");
  assert.deepEqual(attempts, [{ attempt: 1, status: "SUCCESS" }]);
  await until("its session has ended", async () => (await sessions()).length === 0);
  await database.query(`drop role ${role}`);
});
