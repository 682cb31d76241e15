import type { Database } from "../../worker/src/database.ts";
import {
  type Claim,
  type ClaimParams,
  claim,
  claimParams,
  demand,
  succeed,
  succeedAndClaim,
} from "../support/queue.ts";

let jobs = 0;

/** A pod of a Job that is new to the queue. */
function newPod(session: number): ClaimParams {
  const jobName = `clap-scaledjob-${(++jobs).toString(36)}`;
  return claimParams(jobName, { podName: `${jobName}-x7k2p`, session });
}

/** Claims a waiting request, as a worker process does at its start. */
export async function claimOnce(database: Database, session: number): Promise<Claim> {
  return mustFind(await claim(database, newPod(session)));
}

/** The only request of a Job, from claim to SUCCESS: a worker process's two writes. */
export async function claimAndSucceed(database: Database, session: number): Promise<void> {
  await succeed(database, await claimOnce(database, session));
}

/** The requests of a Job that has very many; each call finishes one and claims the next. */
export function createLongJob(database: Database, session: number): () => Promise<void> {
  const pod = newPod(session);
  let claimed: Claim | undefined;
  return async () => {
    if (claimed === undefined) claimed = mustFind(await claim(database, pod));
    const next = { ...pod, jobFinished: claimed.jobFinished + 1 };
    claimed = mustFind(await succeedAndClaim(database, claimed, null, next));
  };
}

/** What a claim has found. */
export function mustFind<Found>(claimed: Found | undefined): Found {
  if (claimed === undefined) {
    throw new Error("a claim must find a waiting request (--waiting is too small); got nothing");
  }
  return claimed;
}

/** KEDA's poll. */
export function poll(database: Database, maxReplicaCount = 100): Promise<number> {
  return demand(database, { kind: "clap", requestsPerJob: 1, maxReplicaCount });
}
