import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createOddPods } from "../../tests/support/oddPods.ts";
import { until } from "../../tests/support/until.ts";
import { getLimitName, RETRY_LIMITS, TIMEOUT_REASON } from "../src/retryLimits.ts";

const { database, insert, attempts, start, reset, end } = await createOddPods();

describe("a worker whose handler", { timeout: 180_000 }, () => {
  beforeEach(reset);
  afterEach(end);

  for (const does of ["log and block", "wait forever"]) {
    test(`is asked to ${does}, and has a timeout, records a failure that is retried, and exits with 1`, async () => {
      await insert(does);
      const pod = start({ TIMEOUT_SECONDS: "0.5" });
      assert.equal(await pod.ended, 1);
      assert.match(pod.output(), /"message":"(blocking|waiting)"/);
      assert.deepEqual(await attempts(), [
        { status: "FAILED", reason: TIMEOUT_REASON, error: "timed out after 0.5 s, and had not stopped 1 s later" },
      ]);
      const { counter } = RETRY_LIMITS[getLimitName(TIMEOUT_REASON)];
      const counted = await database.query(`select job_name, ${counter} as counted from batch.queue`);
      assert.deepEqual(counted, [{ job_name: "a", counted: 1 }]);
    });
  }

  test("blocks in a native call is recorded at its timeout, too; it ends by SIGKILL, since nothing else ends the thread", async () => {
    await insert("block in a native call");
    assert.equal(await start({ TIMEOUT_SECONDS: "0.5" }).ended, 137);
    const [attempt] = await attempts();
    assert.deepEqual([attempt?.status, attempt?.reason], ["FAILED", TIMEOUT_REASON]);
    assert.match(attempt?.error ?? "", /^timed out after 0.5 s/);
  });

  test("stops at its timeout fails because of the timeout", async () => {
    await insert("stop when asked");
    assert.equal(await start({ TIMEOUT_SECONDS: "0.5" }).ended, 1);
    assert.deepEqual(await attempts(), [{ status: "FAILED", reason: TIMEOUT_REASON, error: "timed out after 0.5 s" }]);
  });

  test("fails within its timeout fails for its own reason, however long its thread takes to end", async () => {
    await insert("fail, then block in a native call");
    await start({ TIMEOUT_SECONDS: "1" }).ended;
    assert.match((await attempts())[0]?.error ?? "", /^Error: no luck/);
  });

  test("ends within its timeout is not stopped", async () => {
    await insert("wait half a second");
    assert.equal(await start({ TIMEOUT_SECONDS: "20" }).ended, 0);
  });

  test("blocks keeps its lease, and SIGTERM is recorded as an interruption within the grace period", async () => {
    await insert("log and block without computing");
    const pod = start({ LEASE_SECONDS: "1", GRACE_SECONDS: "4" });
    await pod.prints("blocking");
    const leases = new Set<string>();
    await until("its lease was renewed ten times", async () => {
      const lease = "select lease_until::text as lease, lease_until > now() as kept from batch.queue";
      const [row] = await database.query(lease);
      assert.equal(row?.kept, true);
      leases.add(row?.lease);
      return leases.size > 10;
    });
    pod.child.kill("SIGTERM");
    assert.equal(await pod.ended, 4);
    const error = "InterruptedError: asked to stop by SIGTERM, and had not stopped before the grace period ended";
    assert.deepEqual(await attempts(), [{ status: "FAILED", reason: "interrupted", error }]);
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    test(`takes its time gets the whole grace period although ${signal} is sent twice, and the interruption is recorded`, async () => {
      await insert("log and block without computing");
      const pod = start({ GRACE_SECONDS: "3" });
      await pod.prints("blocking");
      const asked = performance.now();
      pod.child.kill(signal);
      setTimeout(() => pod.child.kill(signal), 500);
      assert.equal(await pod.ended, 4);
      assert.ok(performance.now() - asked > 2_000);
      const reasons = (await attempts()).map(({ reason }) => reason);
      assert.deepEqual(reasons, ["interrupted"]);
    });
  }
});
