import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { createWorkers } from "../../tests/support/workers.ts";

const database = await createTestDatabase();
const workers = createWorkers(database);

describe("the next pod of a Job", { timeout: 120_000 }, () => {
  afterEach(async () => {
    await workers.end();
    await database.reset();
  });

  for (const stopped of [true, false]) {
    test(`takes the request of a predecessor that ${stopped ? "is stopped" : "lives and reconnects"}`, async () => {
      await workers.insert(60);
      const predecessor = workers.start("a");
      await workers.handlerRunning(predecessor);
      if (stopped) predecessor.kill("SIGSTOP");
      const startedAt = performance.now();
      workers.start("a");
      await workers.running(2);
      assert.ok(performance.now() - startedAt < 15_000);
      const history = await database.query("select status, reason from batch.history");
      assert.deepEqual(history, [{ status: "FAILED", reason: "crashed" }]);
      predecessor.kill("SIGCONT");
      assert.equal(await predecessor.ended, 3, "the predecessor changes nothing any more");
    });
  }
});
