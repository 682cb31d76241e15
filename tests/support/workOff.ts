import type pg from "pg";
import type { Database } from "../../worker/src/database.ts";
import { claimParams, claimWithReclaim, demand, succeed } from "./queue.ts";

let jobs = 0;

/** Lets every wait of the queue be over, the one for the next scan from the queue's beginning too. */
const AGE = `
  update batch.queue
  set suspected_at = suspected_at - interval '1 day', reserved_until = reserved_until - interval '1 day',
      available_at = available_at - interval '1 day'
  where isfinite(coalesce(suspected_at, now())) and isfinite(coalesce(reserved_until, now()));
  update batch.scaling set bounds_reset_at = bounds_reset_at - interval '1 day'`;

/** Works on everything that may run, as this many Jobs with pods that succeed; resolves with the requests, in order of text. */
export async function workOff(
  client: pg.Client,
  scaler: Database,
  worker: Database,
  { kind = "clap", count = 12 } = {},
): Promise<string[]> {
  const done: string[] = [];
  for (let job = 0; job < count; job++) {
    await demand(scaler, { kind, requestsPerJob: 1, maxReplicaCount: 10 });
    await client.query(AGE);
    const claimed = await claimWithReclaim(worker, claimParams(`work-${++jobs}`, { kind }));
    if (typeof claimed !== "object") continue;
    await succeed(worker, claimed);
    done.push(claimed.requestId);
  }
  return done.sort();
}
