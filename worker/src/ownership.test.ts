import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { createProxy } from "../../tests/support/proxy.ts";
import { runPod } from "../../tests/support/runPod.ts";
import { HELD_SESSIONS } from "../../tests/support/sessionLocks.ts";
import { until } from "../../tests/support/until.ts";

const database = await createTestDatabase();

afterEach(() => database.reset());

const getAttempts = () => database.query("select request_id, attempt, status from batch.attempt order by 1, 2");

const SUCCESSES = [
  { request_id: "1", attempt: 1, status: "SUCCESS" },
  { request_id: "2", attempt: 1, status: "SUCCESS" },
];

const isOwned = async (request: number) => {
  const owned = `select from batch.queue where request_id = $1 and session_id in ${HELD_SESSIONS}`;
  return (await database.query(owned, [request])).length > 0;
};

describe("a session lock is taken back when the connection's end arrives together with the answer", () => {
  for (const { what, statement, request } of [
    { what: "about a claim", statement: "batch.claim", request: 1 },
    { what: "about the next claim", statement: "batch.succeed_and_claim", request: 2 },
    { what: "that the lock was taken back", statement: "batch.renew", request: 1 },
  ]) {
    test(what, async () => {
      await database.insert(2);
      const proxy = await createProxy();
      const answered = proxy.withholdAnswer(statement);
      const ended = Promise.withResolvers<void>();
      let worked = 0;
      async function run() {
        if (++worked !== request) return;
        if (statement === "batch.renew") await database.endWorkerSessions();
        await ended.promise;
        await until("the lock is held again", () => isOwned(request), { timeoutMs: 10_000 });
      }
      const outcome = runPod(database.connect(undefined, proxy.address), 2, run);
      await answered;
      await until("the server has done what it was asked to", () => isOwned(request));
      await database.endWorkerSessions();
      ended.resolve();
      assert.equal(await outcome, "succeeded");
      assert.deepEqual(await getAttempts(), SUCCESSES);
    });
  }
});

test("a session lock is taken back when the server learns of the broken connection from the worker only", async () => {
  await database.insert(2);
  const proxy = await createProxy();
  const owner = async () =>
    (await database.query(`select pid from pg_locks where objid in ${HELD_SESSIONS}`)).at(0)?.pid;
  const outcome = runPod(database.connect(undefined, proxy.address), 2, async (_, { id, checkpoint }) => {
    if (id === "2") return;
    const before = await owner();
    proxy.loseNextAnswer(true);
    await checkpoint("lost");
    await until("another connection holds the lock", async () => ![undefined, before].includes(await owner()));
  });
  assert.equal(await outcome, "succeeded");
  assert.deepEqual(await getAttempts(), SUCCESSES);
});
