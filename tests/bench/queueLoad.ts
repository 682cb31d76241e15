import type { Database } from "../../worker/src/database.ts";
import { type Claim, claim } from "../../worker/src/queue/claim.ts";
import { succeed } from "../../worker/src/queue/succeed.ts";
import { DEFAULT_LIMITS } from "../../worker/src/retryLimits.ts";
import { DEFAULTS } from "../../worker/src/settings.ts";

let jobs = 0;

/** Claims a waiting request for a Job that is new to the queue, as a worker process does at its start. */
export async function claimOnce(database: Database, session: number): Promise<Claim> {
  const jobName = `clap-scaledjob-${(++jobs).toString(36)}`;
  const claimed = await claim(database, {
    kind: "clap",
    jobName,
    podName: `${jobName}-x7k2p`,
    session,
    ...DEFAULT_LIMITS,
    timeoutSeconds: DEFAULTS.timeoutSeconds,
    backoffSeconds: DEFAULTS.backoffSeconds,
    leaseSeconds: DEFAULTS.leaseSeconds,
    jobFinished: 0,
    arriving: true,
  });
  if (claimed === undefined) {
    throw new Error("a claim must find a waiting request (--waiting is too small); got nothing");
  }
  return claimed;
}

/** One request from claim to SUCCESS: a worker process's two writes. */
export async function claimAndSucceed(database: Database, session: number): Promise<void> {
  await succeed(database, await claimOnce(database, session));
}
