import type { Database } from "../../worker/src/database.ts";
import { type Claim, claim } from "../../worker/src/queue/claim.ts";
import { load } from "../../worker/src/queue/load.ts";
import { succeed } from "../../worker/src/queue/succeed.ts";
import { DEFAULTS } from "../../worker/src/settings.ts";

let jobs = 0;

/** Claims a waiting request for a Job that nobody has seen before, as a worker process does at its start. */
export async function claimOnce(database: Database, session: number): Promise<Claim> {
  const jobName = `clap-scaledjob-${(++jobs).toString(36)}`;
  const claimed = await claim(database, {
    kind: "clap",
    jobName,
    podName: `${jobName}-x7k2p`,
    session,
    backoffLimit: DEFAULTS.backoffLimit,
    crashLimit: DEFAULTS.backoffLimit,
    interruptionLimit: DEFAULTS.interruptionLimit,
    backoffSeconds: DEFAULTS.backoffSeconds,
    leaseSeconds: DEFAULTS.leaseSeconds,
    jobFailures: 0,
    jobFinished: 0,
  });
  if (claimed === undefined) {
    throw new Error("a claim must find a waiting request (--waiting is too small); got nothing");
  }
  return claimed;
}

/** One request from claim to SUCCESS: the two writes of a worker process's life. */
export async function claimAndSucceed(database: Database, session: number): Promise<void> {
  await succeed(database, await claimOnce(database, session));
}

/** The same, and between the two the look at the request's row that a handler needs. */
export async function claimLoadAndSucceed(database: Database, session: number): Promise<void> {
  const claimed = await claimOnce(database, session);
  const row = await load(database, claimed);
  if (row === null) throw new Error(`request ${claimed.request} must be in its table; got no such row`);
  await succeed(database, claimed);
}
