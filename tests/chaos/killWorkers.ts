import type { BenchContext } from "../bench/context.ts";
import { waitOutStartupGrace } from "../support/waitOutStartupGrace.ts";
import { runBatch } from "./batch.ts";
import type { Findings } from "./findings.ts";
import type { KillOptions } from "./options.ts";
import { toLimits, toRows } from "./report.ts";
import { summarize } from "./summary.ts";

/** Runs a batch of one request per worker without kills, then the batch in which pods are killed. */
export async function killWorkers(options: KillOptions, context: BenchContext): Promise<Findings> {
  const baseline = summarize(await runBatch({ ...options, requests: options.workers, kills: 0 }, context));
  // In its first seconds a server presumes no worker dead, and the first batch may have been shorter than that.
  const client = await context.connect();
  await waitOutStartupGrace(client);
  await client.end();
  const killed = summarize(await runBatch(options, context));
  return {
    header: ["", "measured"],
    rows: toRows(baseline, killed),
    limits: toLimits(options, baseline, killed),
    numbers: { baseline, killed },
  };
}
