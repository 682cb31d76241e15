import type pg from "pg";
import { type Server, startServer } from "../../simulator/server.ts";
import { atMost, type Limit } from "../support/limit.ts";
import { median, percentile, timeRuns } from "../support/samples.ts";
import { until } from "../support/until.ts";
import type { Bench } from "./bench.ts";
import { runClosedLoop } from "./closedLoop.ts";
import { type BenchContext, createContext } from "./context.ts";
import { refill } from "./fill.ts";
import { SIZES, TURNS } from "./options.ts";
import { claimAndSucceed, poll } from "./queueLoad.ts";
import { ms, printTable } from "./table.ts";
import { takeTurns } from "./turns.ts";

const POLLS = 20;

interface Load {
  /** How many requests wait when a turn begins. */
  readonly waiting: number;
  /** How long a turn takes. */
  readonly seconds: number;
}

/** A server whose queue is measured: claims and polls over one connection. */
interface Side {
  readonly measure: () => Promise<Record<Measured, number>>;
  readonly close: () => Promise<void>;
}

const MEASURED = ["claim + finish", "scaling query"] as const;
type Measured = (typeof MEASURED)[number];

/** The queue on a server that publishes all tables to a subscriber, compared with the same queue on a server without a publication. */
export const publication: Bench<"waiting" | "rounds" | "seconds"> = {
  target:
    "A publication for all tables, with a subscriber on another server, makes claims and polls at most 1.5 times as slow",
  options: {
    waiting: { ...SIZES.waiting, defaultValue: 20_000 },
    ...TURNS,
  },

  async run({ rounds, ...load }, context) {
    const { signal } = context;
    const servers: Server[] = [];
    async function start(): Promise<Server> {
      const server = await startServer({ durable: true, signal });
      servers.push(server);
      return server;
    }
    try {
      const publisher = await start();
      const subscriber = await start();
      const unpublished = await openSide(context, load);
      const published = await openPublisher(publisher, subscriber, signal, load);
      const turns = { unpublished: unpublished.measure, published: published.measure };
      const taken = await takeTurns(turns, rounds);
      await unpublished.close();
      await published.close();
      return report(taken);
    } finally {
      for (const server of servers) await server.stop();
    }
  },
};

/** Prints both sides' medians, and the spread of the rounds' ratios. */
function report(rounds: readonly Readonly<Record<"unpublished" | "published", Record<Measured, number>>>[]): Limit[] {
  const ratios = (what: Measured) => rounds.map(({ unpublished, published }) => published[what] / unpublished[what]);
  printTable(
    ["p50", "unpublished", "published", "ratio", "quartiles"],
    MEASURED.map((what) => [
      what,
      ms(median(rounds.map(({ unpublished }) => unpublished[what]))),
      ms(median(rounds.map(({ published }) => published[what]))),
      median(ratios(what)).toFixed(2),
      [0.25, 0.75].map((part) => percentile(ratios(what), part).toFixed(2)).join(" to "),
    ]),
  );
  return MEASURED.map((what) => atMost(1.5, `${what}, published over unpublished, p50`, median(ratios(what))));
}

async function openSide(context: BenchContext, { waiting, seconds }: Load, afterTurn = async () => {}): Promise<Side> {
  const client = await context.connect();
  const database = context.openDatabase();
  return {
    async measure() {
      await refill(client, waiting);
      await afterTurn();
      const { p50 } = await runClosedLoop([() => claimAndSucceed(database, 1)], seconds);
      const polls = await timeRuns(POLLS, () => poll(database));
      await afterTurn();
      return { "claim + finish": p50, "scaling query": median(polls) };
    },
    async close() {
      await Promise.all([client.end(), database.close()]);
    },
  };
}

/** Publishes every table of one server, and subscribes to them on the other. */
async function openPublisher(from: Server, to: Server, signal: AbortSignal, load: Load): Promise<Side> {
  await setWalLevel(from, signal);
  const published = await createContext(from, signal);
  const client = await published.connect();
  await client.query("create publication everything for all tables");
  const received = await (await createContext(to, signal)).connect();
  // A migrated database has these rows already.
  await received.query(
    "delete from batch.migration; delete from batch.function; delete from batch.kind; delete from batch.scaling",
  );
  await received.query(
    `create subscription everything connection 'host=${from.host} port=${from.port} user=${from.user} dbname=${client.database}'
     publication everything`,
  );
  const side = await openSide(published, load, () => awaitSubscriber(client));
  return {
    measure: side.measure,
    async close() {
      await side.close();
      await received.query("drop subscription everything");
      await Promise.all([client.end(), received.end()]);
    },
  };
}

async function setWalLevel(server: Server, signal: AbortSignal): Promise<void> {
  const client = await (await createContext(server, signal)).connect();
  await client.query("alter system set wal_level = logical");
  await client.end();
  await server.restart("fast");
}

/** Waits for replication: nothing written in one turn may still be in flight during the next. */
async function awaitSubscriber(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ lsn: string }>("select pg_current_wal_lsn()::text as lsn");
  await until(
    "the subscriber has received everything",
    async () =>
      (
        await client.query(
          "select from pg_stat_replication where application_name = 'everything' and flush_lsn >= $1::pg_lsn",
          [rows[0]?.lsn],
        )
      ).rowCount === 1,
    { timeoutMs: 120_000 },
  );
}
