import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import type { BenchContext } from "./context.ts";
import { type Program, timeToFirstLine } from "./firstLine.ts";
import { median, percentile } from "./samples.ts";
import { ms, printTable } from "./table.ts";

const WARM_UPS = 2;

/** A worker process from its start to claimed, beside the least that Node and one connection can be. */
export const start: Bench<"runs"> = {
  promise: "A worker is at work within 1.5 times what bare node with one pg connection takes to ask anything",
  options: { runs: { min: 1, max: 1_000, why: "each starts four processes", byDefault: 15 } },

  async run({ runs }, context) {
    const cache = await mkdtemp(join(tmpdir(), "postgres-batch-cache-"));
    try {
      const { NODE_COMPILE_CACHE } = { NODE_COMPILE_CACHE: cache };
      const programs: readonly (readonly [string, () => Program])[] = [
        ["worker, to claimed", () => worker(context, { NODE_COMPILE_CACHE })],
        ["bare node, to its answer", () => bare(context, { NODE_COMPILE_CACHE })],
        ["worker, no compile cache", () => worker(context)],
        ["bare node, no compile cache", () => bare(context)],
      ];
      await insertRequests(context, 2 * (runs + WARM_UPS));
      const samples = programs.map((): number[] => []);
      for (let run = -WARM_UPS; run < runs; run++) {
        for (const [index, [, program]] of programs.entries()) {
          const took = await timeToFirstLine(program(), context.signal);
          if (run >= 0) samples[index]?.push(took);
        }
      }
      const medians = samples.map(median);
      printTable(
        ["process", "median", "fastest", "slowest", "over bare"],
        programs.map(([what], index) => {
          const own = samples[index] ?? [];
          const over = (medians[index] ?? Number.NaN) / (medians[index % 2 === 0 ? index + 1 : index] ?? Number.NaN);
          return [what, ms(median(own)), ms(percentile(own, 0)), ms(percentile(own, 1)), over.toFixed(2)];
        }),
      );
      const [ours = Number.NaN, least = Number.NaN] = medians;
      return [
        {
          what: "worker over bare node, both with a compile cache",
          measured: ours / least,
          bound: "at most",
          limit: 1.5,
          unit: "",
        },
      ];
    } finally {
      await rm(cache, { recursive: true, force: true });
    }
  },
};

let pods = 0;

function worker({ env }: BenchContext, more: Program["env"] = {}): Program {
  const JOB_NAME = `clap-${++pods}`;
  // The worker logs "started" when its claim is answered, and nothing before.
  return {
    file: new URL("../worker/src/main.ts", import.meta.url),
    env: { ...env, ...more, JOB_NAME, POD_NAME: `${JOB_NAME}-x7k2p` },
    says: '"started"',
  };
}

function bare({ env }: BenchContext, more: Program["env"] = {}): Program {
  return { file: new URL("./bare.mjs", import.meta.url), env: { ...env, ...more }, says: "1" };
}

async function insertRequests(context: BenchContext, count: number): Promise<void> {
  const client = await context.connect();
  await client.query("insert into make_it_clap (duration_seconds) select 0 from generate_series(1, $1::integer)", [
    count,
  ]);
  await client.end();
}
