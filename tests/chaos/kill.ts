/** A pod's last log entry when it was killed. */
export type Phase = "before its claim" | "at work" | "after its end";

/** A SIGKILL and its observed effect. */
export interface Kill {
  readonly podName: string;
  /** Milliseconds of the machine's clock, which is PostgreSQL's too. */
  readonly at: number;
  /** Milliseconds from the signal until the session lock of the pod's attempt was released. */
  readonly unlockedAfter: number;
  readonly phase: Phase;
}

/** Reads from a pod's log what the pod was doing; the worker logs it after PostgreSQL has answered. */
export function parsePhase(log: string): Phase {
  if (!log.includes('"message":"started"')) return "before its claim";
  return log.includes('"message":"succeeded"') ? "after its end" : "at work";
}

/**
 * How many kills are allowed so far: in proportion to the requests that are running or have succeeded, so that kills hit all
 * requests alike and not only the first ones.
 */
export function allowedKills(
  { kills, requests, workers }: Readonly<Record<"kills" | "requests" | "workers", number>>,
  succeeded: number,
): number {
  return Math.ceil((kills * Math.min(requests, succeeded + workers)) / requests);
}
