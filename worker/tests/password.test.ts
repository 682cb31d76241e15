import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { startPod } from "../../simulator/pod.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { requirePassword } from "../../tests/support/requirePassword.ts";
import { until } from "../../tests/support/until.ts";

const database = await createTestDatabase();
const role = `rotated_${process.pid}`;

const setPassword = (password: string) => database.query(`alter role ${role} password '${password}'`);

function startWorker(password: string | undefined, env: NodeJS.ProcessEnv = {}) {
  return startPod("a-pod", { ...database.env, PG_USERNAME: role, PGPASSWORD: password, JOB_NAME: "a", ...env });
}

const attempts = () => database.query("select status, attempt from clap_attempt");

describe("rotated passwords", { timeout: 60_000 }, () => {
  let requireNone: () => Promise<void>;
  before(async () => {
    requireNone = await requirePassword(role);
    await database.query(`create role ${role} login in role batch_worker`);
  });
  after(async () => {
    await requireNone();
    await database.query(`drop role ${role}`);
  });
  beforeEach(async () => {
    await database.reset();
    await setPassword("previous");
  });

  test("a pod that has the new password before the server does waits, and no failure is counted", async () => {
    await database.query("insert into make_it_clap (duration_seconds) values (0)");
    const pod = startWorker("new");
    await until("it waits", () => pod.outputTail().includes("password authentication failed"));
    assert.deepEqual(await attempts(), []);
    await setPassword("new");
    assert.equal(await pod.ended, 0);
    assert.deepEqual(await attempts(), [{ status: "SUCCESS", attempt: 1 }]);
  });

  test("a working pod finishes on the connection that it opened with the previous password", async () => {
    await database.query("insert into make_it_clap (duration_seconds) values (1)");
    const pod = startWorker("previous");
    await until("it works", async () => (await attempts()).at(0));
    await setPassword("new");
    assert.equal(await pod.ended, 0);
    assert.deepEqual(await attempts(), [{ status: "SUCCESS", attempt: 1 }]);
  });

  test("a pod whose password stays wrong exits with 69 after DATABASE_TIMEOUT_SECONDS", async () => {
    const pod = startWorker("neither", { DATABASE_TIMEOUT_SECONDS: "0.3" });
    assert.equal(await pod.ended, 69);
    assert.match(pod.outputTail(), /must answer within DATABASE_TIMEOUT_SECONDS .* got password authentication failed/);
    assert.ok(!pod.outputTail().includes("neither"), "a password is never logged");
  });

  for (const method of ["scram-sha-256", "md5", "password"]) {
    test(`a pod without a password, which the server demands, says so (${method})`, async (t) => {
      t.after(await requirePassword(role, method));
      await database.query(`set password_encryption = '${method === "md5" ? "md5" : "scram-sha-256"}'`);
      await setPassword("previous");
      await database.query("reset password_encryption");
      const pod = startWorker(undefined, { DATABASE_TIMEOUT_SECONDS: "0.3" });
      assert.equal(await pod.ended, 69);
      assert.match(pod.outputTail(), /got the server demands a password, and none is set; set PGPASSWORD/);
    });
  }
});
