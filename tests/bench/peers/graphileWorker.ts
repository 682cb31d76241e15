import { Logger, makeWorkerUtils, run } from "graphile-worker";
import pg from "pg";
import type { BenchContext } from "../context.ts";
import type { QueueUnderTest } from "./queueUnderTest.ts";

const logger = new Logger(() => () => undefined);

/** Jobs per statement: the time of a statement grows with the square of their number. */
const STATEMENT = 1_000;

/** How graphile-worker is run. */
interface GraphileWorkerArgs {
  readonly name: string;
  readonly schema: string;
  /** Connections for its statements; it listens on one more. */
  readonly connections: number;
}

/** As documented for users: it claims the next job on one connection while it finishes the previous one on another. */
const AS_DOCUMENTED: GraphileWorkerArgs = { name: "graphile-worker", schema: "graphile_worker", connections: 3 };

/** One statement after another, like the other queues here. */
export const ONE_CONNECTION: GraphileWorkerArgs = {
  name: "graphile-worker, one connection",
  schema: "graphile_worker_one",
  connections: 1,
};

/** graphile-worker: a job's time is measured from one call of its task to the next, at a concurrency of 1. */
export async function openGraphileWorker(
  { clientConfig }: BenchContext,
  { name, schema, connections }: GraphileWorkerArgs = AS_DOCUMENTED,
): Promise<QueueUnderTest> {
  const pgPool = new pg.Pool({ ...clientConfig, max: connections + 1 });
  pgPool.on("error", () => undefined);
  const utils = await makeWorkerUtils({ pgPool, schema, logger });
  await utils.migrate();
  return {
    name,
    async fill(count) {
      for (let from = 0; from < count; from += STATEMENT)
        await pgPool.query(
          `select ${schema}.add_job('clap', json_build_object('id', n)) from generate_series($1::integer, $2) n`,
          [from + 1, Math.min(from + STATEMENT, count)],
        );
      await pgPool.query(`vacuum (analyze) ${schema}._private_jobs`);
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
      const runner = await run({ pgPool, schema, taskList, concurrency: 1, noHandleSignals: true, logger });
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
