import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { claimAsPod, claimant } from "../../../testing/claimant.ts";
import { createTestDatabase } from "../../../testing/database.ts";
import { LostError } from "../errors.ts";
import type { Claim } from "./claim.ts";
import { fail } from "./fail.ts";
import { resume } from "./resume.ts";
import { succeed } from "./succeed.ts";

const database = await createTestDatabase();

const LOCK = { leaseSeconds: 0 };
const ERROR = { reason: "error", message: "no", final: false } as const;

async function claimed(
  jobName: string,
  more = {},
): Promise<{ connection: ReturnType<typeof database.connect>; attempt: Claim }> {
  const connection = database.connect();
  const attempt = await claimAsPod(connection, claimant(jobName, more));
  assert.ok(typeof attempt === "object");
  return { connection, attempt };
}

/** Everything that is stored, so that "changed nothing" is an equality. */
async function stored() {
  return [await database.query("table batch.queue"), await database.query("table batch.history")];
}

beforeEach(async () => {
  await database.query("truncate make_it_clap, batch.queue, batch.history restart identity");
  await database.query("insert into make_it_clap (duration_seconds) values (40)");
});

describe("every write after the claim", () => {
  const writes = {
    succeed: (connection: ReturnType<typeof database.connect>, attempt: Claim) => succeed(connection, attempt),
    fail: (connection: ReturnType<typeof database.connect>, attempt: Claim) => fail(connection, attempt, ERROR),
    release: (connection: ReturnType<typeof database.connect>, attempt: Claim) =>
      fail(connection, attempt, { reason: "interrupted", message: "SIGTERM", final: false }),
    resume: (connection: ReturnType<typeof database.connect>, attempt: Claim) => resume(connection, attempt, LOCK),
  };

  for (const [name, write] of Object.entries(writes)) {
    test(`${name} by a writer that no longer owns the request changes nothing, and tells it`, async () => {
      const { connection: dead, attempt: old } = await claimed("a");
      await dead.close();
      await claimed("a");
      const before = await stored();
      await assert.rejects(write(database.connect(), old), LostError);
      assert.deepEqual(await stored(), before);
    });

    test(`${name} after another has finished the request changes nothing, and tells it`, async () => {
      const { connection: dead, attempt: old } = await claimed("a");
      await dead.close();
      const { connection, attempt } = await claimed("a");
      await succeed(connection, attempt);
      const before = await stored();
      await assert.rejects(write(database.connect(), old), LostError);
      assert.deepEqual(await stored(), before);
    });
  }
});

describe("succeed", () => {
  test("takes the request out of the queue, keeps every attempt, and may be asked for again", async () => {
    const { connection, attempt } = await claimed("s");
    await succeed(connection, attempt);
    await succeed(connection, attempt);
    assert.deepEqual(await database.query("table batch.queue"), []);
    const [clap] = await database.query("select id, status, session_id, iteration from clap");
    assert.deepEqual(clap, { id: "1", status: "SUCCESS", session_id: attempt.session, iteration: 1 });
  });
});

describe("fail", () => {
  test("after backoffLimit + 1 attempts the request is DEAD, and asked for again the answer is the same", async () => {
    for (const expected of ["FAILED", "FAILED", "DEAD"]) {
      const { connection, attempt } = await claimed("a", { backoffLimit: 2 });
      assert.equal(await fail(connection, attempt, ERROR), expected);
      assert.equal(await fail(connection, attempt, ERROR), expected);
    }
    assert.deepEqual(await database.query("table batch.queue"), []);
    assert.deepEqual(await database.query("select status, iteration from clap"), [{ status: "DEAD", iteration: 3 }]);
  });

  test("a final failure is DEAD at once", async () => {
    const { connection, attempt } = await claimed("a");
    assert.equal(await fail(connection, attempt, { ...ERROR, final: true }), "DEAD");
  });

  test("an interruption is not charged, and its request is free for any Job at once", async () => {
    for (let drain = 1; drain <= 20; drain++) {
      const { connection, attempt } = await claimed(`job-${drain}`, { backoffLimit: 0 });
      assert.equal(attempt.iteration, drain);
      assert.equal(await fail(connection, attempt, { reason: "interrupted", message: "x", final: false }), "FAILED");
    }
    const { connection, attempt } = await claimed("last", { backoffLimit: 0 });
    await succeed(connection, attempt);
    assert.deepEqual(await database.query("select count(*) from clap_attempt where reason = 'interrupted'"), [
      { count: "20" },
    ]);
  });

  test("an error text with anything in it is recorded", async () => {
    const { connection, attempt } = await claimed("a");
    await fail(connection, attempt, { ...ERROR, message: "'; drop table clap; --\0\u{1F44F}" });
    const [row] = await database.query("select error from clap_attempt");
    assert.deepEqual(row, { error: "'; drop table clap; --\uFFFD\u{1F44F}" });
  });
});

describe("resume", () => {
  test("takes the session lock back after a break, and waits while the broken connection still has it", async () => {
    const { connection, attempt } = await claimed("a");
    const next = database.connect();
    assert.equal(await resume(next, attempt, LOCK), false);
    await connection.close();
    assert.equal(await resume(next, attempt, LOCK), true);
    assert.equal(await claimAsPod(database.connect(), claimant("a")), "busy");
  });
});
