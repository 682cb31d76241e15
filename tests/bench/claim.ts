import type pg from "pg";
import { fillYardstick, updateTwice } from "./bareUpdates.ts";
import type { Bench } from "./bench.ts";
import { CONNECTIONS, type Round, reportClaim, SIDES, type Side } from "./claimReport.ts";
import type { BenchContext } from "./context.ts";
import { drive, type Pace } from "./drive.ts";
import { fill } from "./fill.ts";
import { SIZES } from "./options.ts";
import { claimAndSucceed, claimLoadAndSucceed } from "./queueLoad.ts";

/** One operation a connection. */
type Operations = readonly (() => Promise<void>)[];

/** Claim + finish beside two bare committed updates, in short turns, so that whatever else the machine does hits both. */
export const claim: Bench<"finished" | "waiting" | "rounds" | "seconds"> = {
  promise: "Claim + finish costs at most 1.5 times two bare committed one-row updates, and holds at 100 connections",
  options: {
    finished: { ...SIZES.finished, defaultValue: 1_000_000 },
    waiting: { ...SIZES.waiting, defaultValue: 100_000 },
    rounds: { min: 1, max: 1_000, why: "medians over the rounds are what counts", defaultValue: 20 },
    seconds: { min: 0.1, max: 60, fractions: true, why: "one turn; nine make a round", defaultValue: 1 },
  },

  async run({ finished, waiting, rounds, seconds }, context) {
    const client = await context.connect();
    await fill(client, { finished, waiting });
    await fillYardstick(client);
    const operations = await openConnections(context, Math.max(...CONNECTIONS));

    async function round(order: readonly Side[]): Promise<Round> {
      const paces = new Map<string, Pace>();
      for (const connections of CONNECTIONS) {
        for (const side of order) {
          await refill(client, waiting);
          paces.set(`${connections} ${side}`, await drive(operations[side].slice(0, connections), seconds));
        }
      }
      return (connections, side) => paces.get(`${connections} ${side}`) as Pace;
    }

    // Connections are warm, statements prepared, and pages written once since the checkpoint, before anything counts.
    await round(SIDES);
    const done: Round[] = [];
    while (done.length < rounds) done.push(await round(done.length % 2 === 0 ? SIDES : SIDES.toReversed()));
    return reportClaim(done);
  },
};

/** They stay open throughout, the yardstick's and ours apart. */
async function openConnections(context: BenchContext, count: number): Promise<Readonly<Record<Side, Operations>>> {
  const clients = await Promise.all(Array.from({ length: count }, () => context.connect()));
  const databases = Array.from({ length: count }, () => context.openDatabase());
  return {
    bare: clients.map((client) => () => updateTwice(client)),
    finish: databases.map((database, index) => () => claimAndSucceed(database, index + 1)),
    load: databases.map((database, index) => () => claimLoadAndSucceed(database, index + 1)),
  };
}

/** Brings the backlog back to its size, by the very insert that users write. */
async function refill(client: pg.Client, waiting: number): Promise<void> {
  await client.query(
    `insert into make_it_clap (duration_seconds)
     select 0 from generate_series(1, $1 - (select count(*) from batch.queue where kind = 'clap'))`,
    [waiting],
  );
}
