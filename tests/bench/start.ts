import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BATCH_DEFAULTS } from "../../components/batchSettings.ts";
import { atMost } from "../support/limit.ts";
import { median, percentile } from "../support/samples.ts";
import type { Bench } from "./bench.ts";
import type { BenchContext } from "./context.ts";
import { refill } from "./fill.ts";
import { type Program, timeToFirstLine } from "./firstLine.ts";
import { ms, printTable } from "./table.ts";
import { takeTurns } from "./turns.ts";

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
    const client = await context.connect();
    await refill(client, 4 * (WARM_UPS + runs));
    await client.end();
    const cache = await mkdtemp(join(tmpdir(), "postgres-batch-cache-"));
    try {
      const cached = await measure({ ...context.env, NODE_COMPILE_CACHE: cache }, runs, context);
      const uncached = await measure(context.env, runs, context);
      printTable(
        ["process, to claimed or answered", "median", "fastest", "slowest", "over bare"],
        [...toRows(cached, ""), ...toRows(uncached, ", no compile cache")],
      );
      return [
        atMost(MOST, "worker over bare node, medians, both with a compile cache", overBare(cached, "worker")),
        atMost(MOST, "worker of a command over bare node, likewise", overBare(cached, "worker of a command")),
      ];
    } finally {
      await rm(cache, { recursive: true, force: true });
    }
  },
};

const PROCESSES = ["worker", "worker of a command", "bare node"] as const;
type Process = (typeof PROCESSES)[number];
type Rounds = readonly Readonly<Record<Process, number>>[];

/** Milliseconds of each process. */
function measure(env: Program["env"], runs: number, { signal }: BenchContext): Promise<Rounds> {
  const turns = {
    worker: () => timeToFirstLine(worker(env), signal),
    "worker of a command": () => timeToFirstLine(worker({ ...env, ...COMMAND }), signal),
    "bare node": () => timeToFirstLine(bareNode(env), signal),
  };
  return takeTurns(turns, runs, WARM_UPS);
}

function toRows(rounds: Rounds, suffix: string): string[][] {
  return PROCESSES.map((process) => {
    const times = [0.5, 0, 1].map((part) => ms(percentile(samples(rounds, process), part)));
    return [process + suffix, ...times, overBare(rounds, process).toFixed(2)];
  });
}

function overBare(rounds: Rounds, process: Process): number {
  return median(samples(rounds, process)) / median(samples(rounds, "bare node"));
}

function samples(rounds: Rounds, process: Process): number[] {
  return rounds.map((round) => round[process]);
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
