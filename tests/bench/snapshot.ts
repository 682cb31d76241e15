import { atMost } from "../support/limit.ts";
import { median, timeRuns } from "../support/samples.ts";
import type { Bench } from "./bench.ts";
import type { BenchContext } from "./context.ts";
import { openGraphileWorker } from "./peers/graphileWorker.ts";
import { openPgBoss } from "./peers/pgBoss.ts";
import { openPostgresBatch } from "./peers/postgresBatch.ts";
import type { QueueUnderTest } from "./peers/queueUnderTest.ts";
import { poll } from "./queueLoad.ts";
import { ms, printTable } from "./table.ts";

/** The number of requests that are compared: the first and the last. */
const PART = 1_000;

/** A queue next to a transaction that holds its snapshot from the start: meanwhile no dead row can be removed. */
export const snapshot: Bench<"requests" | "peers"> = {
  target: "With a snapshot held from the start the last 1,000 claims take at most twice the first 1,000",
  options: {
    requests: {
      min: 2 * PART,
      max: 10_000_000,
      why: "the first and the last 1,000 are compared",
      help: "requests of postgres-batch",
      defaultValue: 100_000,
    },
    peers: {
      min: 2 * PART,
      max: 1_000_000,
      why: "their claims keep getting slower",
      help: "jobs of each other queue",
      defaultValue: 10_000,
    },
  },

  async run({ requests, peers }, context) {
    let polls = Number.NaN;
    const ours = await measure(await openPostgresBatch(context), requests, context, async () => {
      polls = await measurePoll(context);
    });
    const rows = [ours.cells];
    for (const open of [openGraphileWorker, openPgBoss])
      rows.push((await measure(await open(context), peers, context)).cells);
    printTable(["claim, payload, finish", "jobs", `first ${PART}`, `last ${PART}`, "ratio"], rows);
    console.log(`\nthe scaling query at the end: ${ms(polls)}`);
    return [
      atMost(2, "postgres-batch, last over first, p50", ours.ratio),
      atMost(2, "the scaling query at the end, p50", polls, " ms"),
    ];
  },
};

async function measure(queue: QueueUnderTest, count: number, context: BenchContext, whileHeld = async () => {}) {
  await queue.fill(count + PART);
  const holder = await context.connect();
  await holder.query("begin isolation level repeatable read");
  await holder.query("select count(*) from pg_class");
  const samples = await queue.work(count);
  await whileHeld();
  await holder.query("rollback");
  await holder.end();
  await queue.close();
  const [first, last] = [median(samples.slice(0, PART)), median(samples.slice(-PART))];
  return {
    ratio: last / first,
    cells: [queue.name, count.toLocaleString("en"), ms(first), ms(last), (last / first).toFixed(2)],
  };
}

/** Milliseconds per poll. */
async function measurePoll(context: BenchContext): Promise<number> {
  const database = context.openDatabase();
  const samples = await timeRuns(100, () => poll(database));
  await database.close();
  return median(samples);
}
