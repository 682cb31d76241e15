import { fillBaseline, updateReadUpdate } from "./baseline.ts";
import type { Bench } from "./bench.ts";
import { CONNECTIONS, reportClaim, type Turn, VARIANTS, type Variant } from "./claimReport.ts";
import { runClosedLoop, type Throughput } from "./closedLoop.ts";
import type { BenchContext } from "./context.ts";
import { fill, refill } from "./fill.ts";
import { SIZES, TURNS } from "./options.ts";
import { claimAndSucceed, createLongJob } from "./queueLoad.ts";
import { takeTurns } from "./turns.ts";
import { claimAndFinishUnguarded, createUnguardedFunctions, createUnguardedJob } from "./unguarded.ts";

/** One operation per connection. */
type Operations = readonly (() => Promise<void>)[];

/** Claim and finish compared with the minimal statements they need, in short turns, so that other load on the machine affects all. */
export const claim: Bench<"finished" | "waiting" | "rounds" | "seconds"> = {
  target:
    "Claim (with the request's row) + finish costs at most 1.4 times two bare updates and a read, in Jobs of many requests and of one, and holds at 100 connections",
  options: {
    finished: { ...SIZES.finished, defaultValue: 1_000_000 },
    waiting: { ...SIZES.waiting, defaultValue: 100_000 },
    ...TURNS,
  },

  async run({ finished, waiting, rounds, seconds }, context) {
    const client = await context.connect();
    await fill(client, { finished, waiting });
    await fillBaseline(client);
    await createUnguardedFunctions(client);
    const operations = await openConnections(context, Math.max(...CONNECTIONS));

    async function measure(connections: number, variant: Variant): Promise<Throughput> {
      await refill(client, waiting);
      return await runClosedLoop(operations[variant].slice(0, connections), seconds);
    }
    const turns = CONNECTIONS.flatMap((connections) =>
      VARIANTS.map((variant) => [`${connections} ${variant}`, () => measure(connections, variant)]),
    );
    return reportClaim(await takeTurns(Object.fromEntries(turns) as Record<Turn, () => Promise<Throughput>>, rounds));
  },
};

/** Connections stay open throughout; the baseline and the queue have separate ones. */
async function openConnections(context: BenchContext, count: number): Promise<Readonly<Record<Variant, Operations>>> {
  const clients = await Promise.all(Array.from({ length: count }, () => context.connect()));
  const databases = Array.from({ length: count }, () => context.openDatabase());
  const unguarded = (operation: number, as: "statements" | "functions") =>
    clients.map((client, index) => () => claimAndFinishUnguarded(client, operation * count + index + 1, as));
  return {
    many: databases.map((database, index) => createLongJob(database, index + 1)),
    bare: clients.map((client) => () => updateReadUpdate(client)),
    one: databases.map((database, index) => () => claimAndSucceed(database, count + index + 1)),
    unguarded: unguarded(2, "statements"),
    functions: unguarded(3, "functions"),
    unguardedMany: clients.map((client, index) => createUnguardedJob(client, 4 * count + index + 1)),
  };
}
