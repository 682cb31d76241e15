import type pg from "pg";
import { fillYardstick, updateTwice } from "./bareUpdates.ts";
import type { Bench } from "./bench.ts";
import type { BenchContext } from "./context.ts";
import { drive, type Pace } from "./drive.ts";
import { fill } from "./fill.ts";
import type { Limit } from "./limit.ts";
import { SIZES } from "./options.ts";
import { claimAndSucceed } from "./queueLoad.ts";
import { median } from "./samples.ts";
import { ms, printTable, whole } from "./table.ts";

const CONNECTIONS = [1, 16, 100] as const;

type Connections = (typeof CONNECTIONS)[number];
type Operations = readonly (() => Promise<void>)[];

/** One measurement of both, as near in time as can be. */
interface Pair {
  readonly bare: Pace;
  readonly ours: Pace;
}

/** Claim + finish beside two bare committed updates, in turn, so that whatever else the machine does hits both. */
export const claim: Bench<"finished" | "waiting" | "rounds" | "seconds"> = {
  promise: "Claim + finish costs at most 1.5 times two bare committed one-row updates, and holds at 100 connections",
  options: {
    finished: { ...SIZES.finished, byDefault: 1_000_000 },
    waiting: { ...SIZES.waiting, byDefault: 100_000 },
    rounds: { min: 1, max: 100, why: "the medians of the rounds are compared", byDefault: 5 },
    seconds: { min: 0.1, max: 60, fractions: true, why: "one measurement; six make a round", byDefault: 4 },
  },

  async run({ finished, waiting, rounds, seconds }, context) {
    const client = await context.connect();
    await fill(client, { finished, waiting });
    await fillYardstick(client);
    const { bare, ours } = await openConnections(context);

    const pairs: Record<Connections, Pair[]> = { 1: [], 16: [], 100: [] };
    async function round(length: number): Promise<void> {
      for (const connections of CONNECTIONS) {
        await refill(client, waiting);
        pairs[connections].push({
          bare: await drive(bare.slice(0, connections), length),
          ours: await drive(ours.slice(0, connections), length),
        });
      }
    }
    await round(seconds / 2);
    for (const connections of CONNECTIONS) pairs[connections] = [];
    for (let done = 0; done < rounds; done++) await round(seconds);

    return report(pairs);
  },
};

/** One operation a connection; they stay open, as in a round every number of connections takes its turn. */
async function openConnections(
  context: BenchContext,
): Promise<{ readonly bare: Operations; readonly ours: Operations }> {
  const count = Math.max(...CONNECTIONS);
  const clients = await Promise.all(Array.from({ length: count }, () => context.connect()));
  const databases = Array.from({ length: count }, () => context.openDatabase());
  return {
    bare: clients.map((client) => () => updateTwice(client)),
    ours: databases.map((database, index) => () => claimAndSucceed(database, index + 1)),
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

function report(pairs: Readonly<Record<Connections, readonly Pair[]>>): Limit[] {
  const rows = CONNECTIONS.map((connections) => {
    const of = (pick: (pair: Pair) => number) => median(pairs[connections].map(pick));
    const bare = { p50: of((pair) => pair.bare.p50), perSecond: of((pair) => pair.bare.perSecond) };
    const ours = { p50: of((pair) => pair.ours.p50), perSecond: of((pair) => pair.ours.perSecond) };
    return { connections, bare, ours };
  });
  printTable(
    ["connections", "two updates p50", "claim + finish p50", "ratio", "two updates/s", "claim + finish/s", "ratio"],
    rows.map(({ connections, bare, ours }) => [
      String(connections),
      ms(bare.p50),
      ms(ours.p50),
      (ours.p50 / bare.p50).toFixed(2),
      whole(bare.perSecond),
      whole(ours.perSecond),
      (ours.perSecond / bare.perSecond).toFixed(2),
    ]),
  );
  const [one, sixteen, hundred] = rows;
  const ratio = (over = Number.NaN, under = Number.NaN) => over / under;
  return [
    {
      what: "claim + finish over two updates, p50, 1 connection",
      measured: ratio(one?.ours.p50, one?.bare.p50),
      bound: "at most",
      limit: 1.5,
      unit: "",
    },
    {
      what: "claim + finish over two updates, throughput, 16 connections",
      measured: ratio(sixteen?.ours.perSecond, sixteen?.bare.perSecond),
      bound: "at least",
      limit: 0.6,
      unit: "",
    },
    {
      what: "claim + finish, throughput, 100 connections over 16",
      measured: ratio(hundred?.ours.perSecond, sixteen?.ours.perSecond),
      bound: "at least",
      limit: 0.6,
      unit: "",
    },
  ];
}
