import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase } from "../../tests/support/database.ts";
import { createProxy } from "../../tests/support/proxy.ts";
import { succeed, take } from "../../tests/support/queue.ts";
import { recordLog } from "../../tests/support/recordLog.ts";

const database = await createTestDatabase();
const proxy = await createProxy();

test("a worker whose clock jumps ahead during an outage of the database waits no less for it", async (t) => {
  await database.insert();
  const { log, logged } = recordLog();
  const connection = database.connect(undefined, { ...proxy.address, databaseTimeoutSeconds: 30 }, log);
  const attempt = await take(connection, "a");
  proxy.cut();
  const recorded = succeed(connection, attempt).then(() => "recorded");
  await logged("the database is unavailable");
  const ahead = Date.now() + 3_600_000;
  t.mock.method(Date, "now", () => ahead);
  assert.equal(await Promise.race([recorded, sleep(500, "waits")]), "waits");
  proxy.restore();
  assert.equal(await recorded, "recorded");
});
