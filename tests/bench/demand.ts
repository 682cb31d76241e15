import type { Database } from "../../worker/src/database.ts";
import { toValues } from "../../worker/src/queue/demand.ts";
import { statement } from "../../worker/src/queue/statement.ts";
import { atMost } from "../support/limit.ts";
import { percentile, timeRuns } from "../support/samples.ts";
import type { Bench } from "./bench.ts";
import type { BenchContext } from "./context.ts";
import { fill } from "./fill.ts";
import { SIZES } from "./options.ts";
import { readPlans } from "./plan.ts";
import { claimOnce, poll } from "./queueLoad.ts";
import { ms, printTable } from "./table.ts";

const RUNS = 200;
const RUNNING = 100;

/** The scaling query at ten million finished requests. */
export const demand: Bench<"finished" | "waiting"> = {
  target: "The scaling query takes at most 1 ms, however many requests wait or have finished",
  options: {
    finished: { ...SIZES.finished, defaultValue: 10_000_000 },
    waiting: { ...SIZES.waiting, defaultValue: 100_000 },
  },

  async run(backlog, context) {
    const client = await context.connect();
    await fill(client, backlog);

    const database = context.openDatabase();
    const few = await measure(database, "10 Jobs at most", 10);
    const many = await measure(database, "100 Jobs at most", 100);
    const plans = await readPlans(client, {
      text: statement("demand").text,
      values: toValues({ kind: "clap", requestsPerJob: 1, maxReplicaCount: 100 }),
    });
    const holders = await runRequests(context);
    const busy = await measure(database, `100 Jobs at most, ${RUNNING} requests running`, 100);

    printTable(
      ["scaling query", "jobs", "p50", "p99"],
      [few, many, busy].map(({ cells }) => cells),
    );
    console.log(
      `\nthe counting plan, 100 Jobs at most:\n${plans.filter((plan) => /\blimit\b/i.test(plan)).join("\n")}`,
    );
    await Promise.all([client.end(), database.close(), ...holders.map((holder) => holder.close())]);
    return [few.limit, many.limit, busy.limit];
  },
};

async function measure(database: Database, what: string, maxReplicaCount: number) {
  const jobs = await poll(database, maxReplicaCount);
  const samples = await timeRuns(RUNS, () => poll(database, maxReplicaCount));
  const [p50, p99] = [percentile(samples, 0.5), percentile(samples, 0.99)];
  const limit = atMost(1, `${what}, p50`, p50, " ms");
  return { limit, cells: [what, String(jobs), ms(p50), ms(p99)] };
}

/** Claims requests that keep running until their connections, which hold the session locks, are closed. */
async function runRequests(context: BenchContext): Promise<Database[]> {
  const holders = Array.from({ length: RUNNING }, () => context.openDatabase());
  await Promise.all(holders.map((holder, index) => claimOnce(holder, index + 1)));
  return holders;
}
