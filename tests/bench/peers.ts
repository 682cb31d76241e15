import { atMost } from "../support/limit.ts";
import { median, percentile } from "../support/samples.ts";
import type { Bench } from "./bench.ts";
import { SIZES, TURNS } from "./options.ts";
import { ONE_CONNECTION, openGraphileWorker } from "./peers/graphileWorker.ts";
import { openPgBoss } from "./peers/pgBoss.ts";
import { openPostgresBatch, openUnguarded } from "./peers/postgresBatch.ts";
import type { QueueUnderTest } from "./peers/queueUnderTest.ts";
import { ms, printTable } from "./table.ts";
import { takeTurns } from "./turns.ts";

/** Jobs per turn. The first one does not count, since graphile-worker's starts a worker. */
const TURN = 200;

/** Claim, payload and finish of one job on one connection, compared with other queues on the same server, in turns. */
export const peers: Bench<"waiting" | "rounds"> = {
  target: "Claim, payload and finish take no longer than graphile-worker's and pg-boss's",
  options: {
    waiting: { ...SIZES.waiting, defaultValue: 100_000 },
    rounds: { ...TURNS.rounds, defaultValue: 10 },
  },

  async run({ waiting, rounds }, context) {
    const ours = await openPostgresBatch(context);
    const others = [await openGraphileWorker(context), await openPgBoss(context)];
    const one = await openPostgresBatch(context, "one");
    // The others have no limit: they show what graphile-worker gains by claiming the next job before the previous one has finished, and
    // what is possible here.
    const bounds = [
      await openGraphileWorker(context, ONE_CONNECTION),
      await openUnguarded(context),
      await openUnguarded(context, "one"),
    ];
    const queues = [ours, ...others, one, ...bounds];
    for (const queue of queues) await queue.fill(waiting);
    async function measure(queue: QueueUnderTest): Promise<readonly number[]> {
      const samples = await queue.work(TURN);
      await queue.fill(TURN);
      return samples.slice(1);
    }
    const turns = Object.fromEntries(queues.map((queue) => [queue.name, () => measure(queue)]));
    const taken = await takeTurns(turns, rounds);
    const samples = (name: string) => taken.flatMap((round) => round[name] ?? []);
    const typical = (name: string) => median(samples(name));
    printTable(
      ["claim, payload, finish", "p50", "p99"],
      queues.map(({ name }) => [name, ms(typical(name)), ms(percentile(samples(name), 0.99))]),
    );
    await Promise.all(queues.map((queue) => queue.close()));
    return [ours, one].flatMap((queue) =>
      others.map(({ name }) => atMost(1, `${queue.name} over ${name}, p50`, typical(queue.name) / typical(name))),
    );
  },
};
