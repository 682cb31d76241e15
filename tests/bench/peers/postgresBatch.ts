import type pg from "pg";
import { timeRuns } from "../../support/samples.ts";
import type { BenchContext } from "../context.ts";
import { claimAndSucceed, createLongJob } from "../queueLoad.ts";
import { claimAndFinishUnguarded, createUnguardedFunctions, createUnguardedJob } from "../unguarded.ts";
import type { QueueUnderTest } from "./queueUnderTest.ts";

type RequestsPerJob = "many" | "one";

/** This project's queue, as the worker of a Job uses it that has many requests, or one. */
export async function openPostgresBatch(
  context: BenchContext,
  requestsPerJob: RequestsPerJob = "many",
): Promise<QueueUnderTest> {
  const client = await context.connect();
  const database = context.openDatabase();
  const work = requestsPerJob === "many" ? createLongJob(database, 1) : () => claimAndSucceed(database, 2);
  return createQueue("postgres-batch", requestsPerJob, client, work, () => database.close());
}

/** The same writes in functions without any guarantee: what is possible. */
export async function openUnguarded(
  context: BenchContext,
  requestsPerJob: RequestsPerJob = "many",
): Promise<QueueUnderTest> {
  const client = await context.connect();
  await createUnguardedFunctions(client);
  const work =
    requestsPerJob === "many" ? createUnguardedJob(client, 3) : () => claimAndFinishUnguarded(client, 4, "functions");
  return createQueue("without guarantees", requestsPerJob, client, work);
}

function createQueue(
  name: string,
  requestsPerJob: RequestsPerJob,
  client: pg.Client,
  work: () => Promise<void>,
  closeMore?: () => Promise<void>,
): QueueUnderTest {
  return {
    name: requestsPerJob === "many" ? name : `${name}, Jobs of one`,
    async fill(count) {
      await client.query("insert into make_it_clap (duration_seconds) select 0 from generate_series(1, $1)", [count]);
      await client.query("vacuum (analyze) batch.queue");
    },
    work: (count) => timeRuns(count, work, 0),
    async close() {
      await Promise.all([client.end(), closeMore?.()]);
    },
  };
}
