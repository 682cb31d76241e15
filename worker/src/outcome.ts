/**
 * How a pod ended.
 *
 * - `nothing`: there was nothing to claim
 * - `succeeded`: every request it claimed is SUCCESS
 * - `failed`: its request is FAILED and held for the Job's next pod
 * - `dead`: its request is DEAD
 * - `lost`: its request is another worker's; what it wrote late changed nothing
 * - `interrupted`: it was asked to stop; its request is free again
 */
export type Outcome = "nothing" | "succeeded" | "failed" | "dead" | "lost" | "interrupted";

/** The process's exit code for each outcome; what the Job then does is in docs/outcomes.md. */
export const EXIT_CODES: Readonly<Record<Outcome, number>> = {
  nothing: 0,
  succeeded: 0,
  failed: 1,
  dead: 2,
  lost: 3,
  interrupted: 4,
};

/** Exit codes of a worker that could not do its work at all; the numbers are sysexits.h's. */
export const EXIT_UNABLE = { settings: 64, databaseAway: 69, internal: 70 } as const;

/** What a container has for an exit code when SIGKILL ended its process: 128 and the signal's number. */
export const EXIT_KILLED = 137;
