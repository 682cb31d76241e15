import { Logger, makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";
import type { BenchContext } from "../context.ts";
import type { QueueUnderTest } from "./queueUnderTest.ts";

const logger = new Logger(() => () => undefined);

/** Jobs a statement: the time of one that adds them all grows with their square. */
const STATEMENT = 1_000;

/** graphile-worker: a job's time is from one call of its task to the next, at a concurrency of 1. */
export async function openGraphileWorker({ clientConfig }: BenchContext): Promise<QueueUnderTest> {
  const pgPool = new pg.Pool({ ...clientConfig, max: 4 });
  pgPool.on("error", () => undefined);
  const utils = await makeWorkerUtils({ pgPool, logger });
  await utils.migrate();
  return {
    name: "graphile-worker",
    async fill(count) {
      for (let from = 0; from < count; from += STATEMENT)
        await pgPool.query(
          "select graphile_worker.add_job('clap', json_build_object('id', n)) from generate_series($1::integer, $2) n",
          [from + 1, Math.min(from + STATEMENT, count)],
        );
      await pgPool.query("vacuum (analyze) graphile_worker._private_jobs");
    },
    async work(count) {
      const samples: number[] = [];
      const enough = Promise.withResolvers<void>();
      let before = performance.now();
      const taskList = {
        async clap() {
          const now = performance.now();
          samples.push(now - before);
          before = now;
          if (samples.length >= count) enough.resolve();
        },
      };
      const runner = await run({ pgPool, taskList, concurrency: 1, noHandleSignals: true, logger });
      await enough.promise;
      await runner.stop();
      return samples.slice(0, count);
    },
    async close() {
      await utils.release();
      await pgPool.end();
    },
  };
}
