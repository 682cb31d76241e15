/**
 * How a pod ended.
 *
 * - `idle`: there was nothing to claim
 * - `succeeded`: every request it claimed is SUCCESS
 * - `failed`: its request is FAILED and reserved for the Job's next pod
 * - `dead`: its request is DEAD
 * - `lost`: another worker owns its request; what it wrote late changed nothing
 * - `interrupted`: it was asked to stop; its request is free again
 * - `deferred`: its request asked to be run later; the Job is over, another one comes then
 */
export type Outcome = "idle" | "succeeded" | "failed" | "dead" | "lost" | "interrupted" | "deferred";

/** The process's exit code for each outcome; what the Job then does is in docs/outcomes.md. */
export const EXIT_CODES: Readonly<Record<Outcome, number>> = {
  idle: 0,
  succeeded: 0,
  failed: 1,
  dead: 2,
  lost: 3,
  interrupted: 4,
  deferred: 0,
};

/** Exit codes of a program that could not do its work at all, as in sysexits.h: EX_USAGE, EX_UNAVAILABLE, EX_SOFTWARE. */
export const SYSEXITS = { usage: 64, unavailable: 69, software: 70 } as const;

/** What a container has for an exit code when SIGKILL ended its process: 128 and the signal's number. */
export const EXIT_KILLED = 137;
