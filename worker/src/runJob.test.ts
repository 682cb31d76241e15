import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createTestDatabase } from "../../tests/support/database.ts";
import { createInProcessWork } from "../../tests/support/inProcessWork.ts";
import { noopLog } from "./log.ts";
import { runJob } from "./runJob.ts";
import { readSettings } from "./settings.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

const database = await createTestDatabase();

async function usedHeap(): Promise<number> {
  // Finalizers run between two turns of the event loop.
  for (let round = 0; round < 3; round++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

test("a Job of many requests keeps nothing of those that are over", { timeout: 300_000 }, async () => {
  const WARM = 500;
  const REQUESTS = 2_500;
  await database.query("insert into make_it_clap (duration_seconds) select 0 from generate_series(1, $1::integer)", [
    REQUESTS,
  ]);
  let run = 0;
  let before = 0;
  const work = createInProcessWork({
    kind: "clap",
    check: (row) => row,
    async run() {
      if (++run === WARM) before = await usedHeap();
    },
  });
  const settings = readSettings({
    ...database.env,
    JOB_NAME: "a",
    POD_NAME: "a-1",
    REQUESTS_PER_JOB: String(REQUESTS),
    TIMEOUT_SECONDS: "600",
  });
  const shutdown = { signal: new AbortController().signal, deadline: new AbortController().signal };
  const outcome = await runJob({ settings, database: database.connect(), work, shutdown, log: noopLog });
  assert.deepEqual([outcome, run], ["succeeded", REQUESTS]);
  const leak = ((await usedHeap()) - before) / (REQUESTS - WARM);
  assert.ok(leak < 200, `${leak} bytes a request`);
});
