import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BATCH_DEFAULTS } from "../../components/batchSettings.ts";
import { atMost } from "../support/limit.ts";
import { median, percentile } from "../support/samples.ts";
import type { Bench } from "./bench.ts";
import type { BenchContext } from "./context.ts";
import { type Program, timeToFirstLine } from "./firstLine.ts";
import { ms, printTable } from "./table.ts";

const WARM_UPS = 2;
const MOST = 1.5;
/** The additional environment of a command's pod. The command itself starts after the claim. */
const COMMAND = { COMMAND: '["true"]' };

/** As on a cluster. Each worker ends before the next one starts. */
const LIVENESS_PORT = String(BATCH_DEFAULTS.livenessPort);

/** A worker process from its start to its claim, compared with the minimum of Node and one connection. */
export const start: Bench<"runs"> = {
  target:
    "A worker, of a handler or of a command, claims within 1.5 times the time that a bare Node.js process takes to connect and run one query",
  options: {
    runs: { min: 1, max: 1_000, why: "each starts six processes", help: "measured starts", defaultValue: 15 },
  },

  async run({ runs }, context) {
    await insertRequests(context, 4 * (WARM_UPS + runs));
    const cache = await mkdtemp(join(tmpdir(), "postgres-batch-cache-"));
    try {
      const cached = { ...context.env, NODE_COMPILE_CACHE: cache };
      const [ours, command, bare, oursUncached, commandUncached, bareUncached] = await takeTurns(context, runs, [
        () => worker(cached),
        () => worker({ ...cached, ...COMMAND }),
        () => bareNode(cached),
        () => worker(context.env),
        () => worker({ ...context.env, ...COMMAND }),
        () => bareNode(context.env),
      ]);
      printTable(
        ["process", "median", "fastest", "slowest", "over bare"],
        [
          line("worker, to claimed", ours, bare),
          line("worker of a command, to claimed", command, bare),
          line("bare node, to its answer", bare, bare),
          line("worker, no compile cache", oursUncached, bareUncached),
          line("worker of a command, no compile cache", commandUncached, bareUncached),
          line("bare node, no compile cache", bareUncached, bareUncached),
        ],
      );
      return [
        atMost(MOST, "worker over bare node, medians, both with a compile cache", ratio(ours, bare)),
        atMost(MOST, "worker of a command over bare node, likewise", ratio(command, bare)),
      ];
    } finally {
      await rm(cache, { recursive: true, force: true });
    }
  },
};

type Samples = readonly number[];

/** Runs all programs in turn, repeatedly; the first turns do not count. */
async function takeTurns<const Programs extends readonly (() => Program)[]>(
  { signal }: BenchContext,
  runs: number,
  programs: Programs,
): Promise<{ readonly [Index in keyof Programs]: Samples }> {
  const samples = programs.map((): number[] => []);
  for (let run = -WARM_UPS; run < runs; run++) {
    for (const [index, program] of programs.entries()) {
      const took = await timeToFirstLine(program(), signal);
      if (run >= 0) samples[index]?.push(took);
    }
  }
  return samples as { [Index in keyof Programs]: number[] };
}

function line(what: string, own: Samples, bare: Samples): string[] {
  return [what, ms(median(own)), ms(percentile(own, 0)), ms(percentile(own, 1)), ratio(own, bare).toFixed(2)];
}

function ratio(own: Samples, bare: Samples): number {
  return median(own) / median(bare);
}

let pods = 0;

/** The worker logs "started" when its claim is answered, and nothing before. */
function worker(env: Program["env"]): Program {
  const JOB_NAME = `clap-${++pods}`;
  const file = new URL("../../worker/src/main.ts", import.meta.url);
  return { file, env: { ...env, LIVENESS_PORT, JOB_NAME, POD_NAME: `${JOB_NAME}-x7k2p` }, says: '"started"' };
}

function bareNode(env: Program["env"]): Program {
  return { file: new URL("./bare.mjs", import.meta.url), env, says: "1" };
}

async function insertRequests(context: BenchContext, count: number): Promise<void> {
  const client = await context.connect();
  const insert = "insert into make_it_clap (duration_seconds) select 0 from generate_series(1, $1::integer)";
  await client.query(insert, [count]);
  await client.end();
}
