import type { BenchContext } from "../context.ts";
import { claimAndSucceed } from "../queueLoad.ts";
import { time } from "../samples.ts";
import type { QueueUnderTest } from "./queueUnderTest.ts";

/** This project's queue, as a worker process uses it. */
export async function openPostgresBatch(context: BenchContext): Promise<QueueUnderTest> {
  const client = await context.connect();
  const database = context.openDatabase();
  return {
    name: "postgres-batch",
    async fill(count) {
      await client.query("insert into make_it_clap (duration_seconds) select 0 from generate_series(1, $1)", [count]);
      await client.query("vacuum (analyze) batch.queue");
    },
    async work(count) {
      const samples: number[] = [];
      while (samples.length < count) samples.push(await time(() => claimAndSucceed(database, 1)));
      return samples;
    },
    async close() {
      await Promise.all([client.end(), database.close()]);
    },
  };
}
