import type { BenchContext } from "../bench/context.ts";
import { outliveStart } from "../support/outliveStart.ts";
import { runBatch } from "./batch.ts";
import type { Findings } from "./findings.ts";
import type { KillOptions } from "./options.ts";
import { limitsOf, rowsOf } from "./report.ts";
import { summarize } from "./summary.ts";

/** One request for each worker with nobody killed, then the batch in which pods are killed. */
export async function killWorkers(options: KillOptions, context: BenchContext): Promise<Findings> {
  const calm = summarize(await runBatch({ ...options, requests: options.workers, kills: 0 }, context));
  // While the server is young nobody is put down; the calm batch may have been short.
  const client = await context.connect();
  await outliveStart(client);
  await client.end();
  const killed = summarize(await runBatch(options, context));
  return {
    header: ["", "measured"],
    rows: rowsOf(calm, killed),
    limits: limitsOf(options, calm, killed),
    numbers: { calm, killed },
  };
}
