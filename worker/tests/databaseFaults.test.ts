import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase } from "../../tests/support/database.ts";
import { createOddPods } from "../../tests/support/oddPods.ts";
import { attachOdd, type OddPod } from "../../tests/support/oddWork.ts";
import { createProxy } from "../../tests/support/proxy.ts";
import { noopLog } from "../src/log.ts";
import { migrate } from "../src/migrate.ts";

const { database, insert, attempts, start, reset, end } = await createOddPods();
const latin1 = await createTestDatabase("template0 encoding 'LATIN1' locale 'C'");
await migrate(latin1.client, noopLog);
await attachOdd(latin1);

/** Stops a pod that has nothing to record: it ends at once, although it has a minute. */
async function stopIdle(pod: OddPod, signal: NodeJS.Signals): Promise<void> {
  await pod.prints("the database is unavailable");
  const asked = performance.now();
  pod.child.kill(signal);
  assert.equal(await pod.ended, 4);
  assert.ok(performance.now() - asked < 5_000, `${performance.now() - asked} ms`);
}

describe("a worker whose database", { timeout: 120_000 }, () => {
  beforeEach(reset);
  afterEach(end);

  for (const env of [{}, { LEASE_SECONDS: "60" }]) {
    test(`has a lock_timeout waits for a lock to record its success, once (${JSON.stringify(env)})`, async () => {
      await database.query(`alter database ${database.name} set lock_timeout = '50ms'`);
      const blocker = await database.open();
      try {
        await insert("wait half a second");
        const pod = start(env);
        await pod.prints('"message":"waiting"');
        await blocker.query("set lock_timeout = 0; begin; lock table batch.history");
        await pod.prints("done waiting");
        await sleep(300);
        await blocker.query("commit");
        assert.equal(await pod.ended, 0);
        assert.deepEqual(await attempts(), [{ status: "SUCCESS", reason: null, error: null }]);
      } finally {
        await database.query(`alter database ${database.name} reset lock_timeout`);
      }
    });
  }

  test("has no arrow in its encoding still records an error that contains one", async () => {
    await latin1.query("insert into odd (does) values ('throw an arrow')");
    assert.equal(await start(latin1.env).ended, 1);
    const [attempt] = await latin1.query("select status, reason, error from batch.attempt");
    assert.deepEqual([attempt?.status, attempt?.reason], ["FAILED", "error"]);
    assert.match(attempt?.error, /^Error: a \\u\{2192\} b\n {4}at /);
  });

  test("gives it a row with \\u0000 in a json column runs it", async () => {
    await database.query("alter table odd add document json");
    await database.query(`insert into odd (does, document) values ('succeed', '{"a": "\\u0000"}')`);
    assert.equal(await start().ended, 0);
    assert.deepEqual(await attempts(), [{ status: "SUCCESS", reason: null, error: null }]);
  });

  test("refuses to record the success records an error with the reason, and exits with 1", async () => {
    await database.query(`
      create function no_success() returns trigger language plpgsql as $$ begin raise exception 'no success today → sorry'; end $$;
      create trigger no_success before insert on batch.history for each row when (new.status = 'SUCCESS') execute function no_success()`);
    try {
      await insert("succeed");
      assert.equal(await start().ended, 1);
      const [attempt] = await attempts();
      assert.deepEqual([attempt?.status, attempt?.reason], ["FAILED", "error"]);
      assert.match(attempt?.error ?? "", /^error: no success today → sorry\n {4}code: P0001\n/);
    } finally {
      await database.query("drop function no_success cascade");
    }
  });

  test("does not answer until the grace period ends says that the outcome is not recorded", async () => {
    const proxy = await createProxy();
    const { host, port } = proxy.address;
    await insert("wait half a second");
    const pod = start({ PG_HOST: host, PG_PORT: String(port), GRACE_SECONDS: "2" });
    await pod.prints('"message":"waiting"');
    proxy.cut();
    pod.child.kill("SIGTERM");
    await pod.prints(
      "the grace period ends before the outcome is recorded: the attempt, if one was claimed, will be recorded as crashed",
    );
    assert.equal(await pod.ended, 4);
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    for (const { what, env } of [
      { what: "cannot be reached", env: { PG_HOST: "/nowhere" } },
      { what: "does not answer", env: undefined },
    ]) {
      test(`${what} ends at once on ${signal}, as it has nothing to record`, async () => {
        const proxy = await createProxy();
        proxy.cut();
        const address = env ?? { PG_HOST: "127.0.0.1", PG_PORT: String(proxy.address.port) };
        await stopIdle(start({ ...address, GRACE_SECONDS: "60" }), signal);
      });
    }
  }

  for (const [what, code] of [
    ["has a full disk", "53100"],
    ["can only be read", "25006"],
  ]) {
    test(`${what} and so refuses each claim ends at once on SIGTERM, as it has nothing to record`, async () => {
      await insert("succeed");
      await database.query(`
        create function no_claim() returns trigger language plpgsql as $$ begin raise exception using errcode = '${code}'; end $$;
        create trigger no_claim before update on batch.queue for each row execute function no_claim()`);
      try {
        await stopIdle(start({ GRACE_SECONDS: "60" }), "SIGTERM");
      } finally {
        await database.query("drop function no_claim cascade");
      }
    });
  }
});
