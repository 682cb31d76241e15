import type { Claimant } from "../worker/src/queue/claim.ts";

let sessions = 0;

/** A pod that claims: its own session, and the defaults of a Job where a test does not care. */
export function claimant(jobName: string, more: Partial<Claimant> = {}): Claimant {
  return {
    kind: "clap",
    jobName,
    podName: `${jobName}-pod`,
    session: ++sessions,
    backoffLimit: 4,
    backoffSeconds: 10,
    jobFailures: 0,
    jobFinished: 0,
    ...more,
  };
}
