import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Pod } from "../../simulator/pod.ts";
import { createTestDatabase, type TestDatabase } from "../../tests/support/database.ts";
import { until } from "../../tests/support/until.ts";
import { createWorkers } from "../../tests/support/workers.ts";

/** What a worker that was stopped writes when it continues; at once, before it can learn that it is presumed dead. */
const WRITES = {
  success: { seconds: 1, failures: 0, before: untilOver },
  failure: { seconds: 1, failures: 1, before: untilOver },
  // The signal is delivered as soon as the process runs again.
  interruption: { seconds: 60, failures: 0, before: (zombie: Pod) => zombie.kill("SIGTERM") },
};

/** Its timer is due as soon as the process runs again. */
async function untilOver(_: Pod, clapsUntil: number): Promise<void> {
  await until("its clap is over", () => Date.now() > clapsUntil);
}

/** Why it is presumed dead. */
const DEATHS = {
  "whose connection the server has ended": {
    env: {},
    die: (database: TestDatabase) => database.endWorkerSessions(),
  },
  "whose lease is over": {
    env: { LEASE_SECONDS: "1" },
    die: (database: TestDatabase) =>
      until("its lease is over", async () =>
        (await database.query("select from batch.queue where lease_until < now()")).at(0),
      ),
  },
};

/** Everything that is stored, but for the successor's renewals. */
async function stored({ query }: TestDatabase) {
  return [await query("select to_jsonb(q) - 'lease_until' from batch.queue q"), await query("table batch.history")];
}

describe("a worker that was stopped until another one runs its request", {
  concurrency: true,
  timeout: 120_000,
}, () => {
  for (const [death, { env, die }] of Object.entries(DEATHS)) {
    for (const [write, { seconds, failures, before }] of Object.entries(WRITES)) {
      test(`${death} changes no row by its late ${write}, logs that, and exits with 3`, async (t) => {
        const database = await createTestDatabase();
        const workers = createWorkers(database);
        t.after(workers.end);
        await workers.insert(seconds, failures);
        const zombie = workers.start("a", env);
        await workers.handlerRunning(zombie);
        const clapsUntil = Date.now() + 1_000 * seconds;
        zombie.kill("SIGSTOP");
        await die(database);

        await database.query("update make_it_clap set duration_seconds = 4");
        const successor = workers.start("a", env);
        await workers.running(2);
        const left = await stored(database);
        await before(zombie, clapsUntil);
        zombie.kill("SIGCONT");
        assert.equal(await zombie.ended, 3);
        assert.match(zombie.outputTail(), /is owned by another worker or has already ended/);
        assert.deepEqual(await stored(database), left);

        assert.equal(await successor.ended, 0);
        assert.deepEqual(await database.query("select attempt, status, reason from clap_attempt order by attempt"), [
          { attempt: 1, status: "FAILED", reason: "crashed" },
          { attempt: 2, status: "SUCCESS", reason: null },
        ]);
      });
    }
  }
});
