import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { createDirectory } from "../../tests/support/commandAttempt.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { attachOdd, createOddWork } from "../../tests/support/oddWork.ts";
import { createProxy } from "../../tests/support/proxy.ts";
import { requirePassword } from "../../tests/support/requirePassword.ts";
import { until } from "../../tests/support/until.ts";

const database = await createTestDatabase();
await attachOdd(database);
const proxy = await createProxy();
const work = await createOddWork();
const role = `busy_${process.pid}`;

const sessions = async () =>
  (await database.query<{ pid: number }>("select pid from pg_stat_activity where usename = $1", [role])).map(
    ({ pid }) => pid,
  );

test("a handler that keeps every thread of Node's pool busy does not keep the worker from connecting again", {
  timeout: 60_000,
}, async () => {
  await database.query(`create role ${role} login in role batch_worker password 'a password'`);
  after(await requirePassword(role));
  const release = join(createDirectory(), "release");
  const address = { PG_HOST: "localhost", PG_PORT: String(proxy.address.port), PG_USERNAME: role };
  await database.query("insert into odd (does) values ('block the thread pool')");
  const pod = work.start({ ...database.env, ...address, PGPASSWORD: "a password", RELEASE: release });
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
