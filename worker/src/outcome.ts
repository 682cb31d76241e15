/**
 * How a pod ended.
 *
 * - `idle`: there was nothing to claim
 * - `succeeded`: every request it claimed is SUCCESS
 * - `failed`: its request is FAILED, and reserved for the Job's next pod if the Job has one
 * - `dead`: its request is DEAD
 * - `lost`: another worker owns its request, or has ended it; its late writes changed nothing
 * - `interrupted`: it was asked to stop; its request, if any, is free again
 * - `deferred`: its work asked to be run later; this Job is finished, and another one will run the request, unless its deferrals are
 *   used up and it is DEAD
 */
export type Outcome = "idle" | "succeeded" | "failed" | "dead" | "lost" | "interrupted" | "deferred";

/** The process's exit code for each outcome; docs/outcomes.md explains what the Job does next. */
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

/** A container's exit code after SIGKILL: 128 plus the signal's number. */
export const EXIT_KILLED = 137;
