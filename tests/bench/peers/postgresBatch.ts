import { timeRuns } from "../../support/samples.ts";
import type { BenchContext } from "../context.ts";
import { claimAndSucceed, createLongJob } from "../queueLoad.ts";
import type { QueueUnderTest } from "./queueUnderTest.ts";

/** This project's queue, as the worker of a Job uses it that has many requests, or one. */
export async function openPostgresBatch(
  context: BenchContext,
  requestsPerJob: "many" | "one" = "many",
): Promise<QueueUnderTest> {
  const client = await context.connect();
  const database = context.openDatabase();
  const work = requestsPerJob === "many" ? createLongJob(database, 1) : () => claimAndSucceed(database, 2);
  return {
    name: requestsPerJob === "many" ? "postgres-batch" : "postgres-batch, Jobs of one",
    async fill(count) {
      await client.query("insert into make_it_clap (duration_seconds) select 0 from generate_series(1, $1)", [count]);
      await client.query("vacuum (analyze) batch.queue");
    },
    work: (count) => timeRuns(count, work, 0),
    async close() {
      await Promise.all([client.end(), database.close()]);
    },
  };
}
