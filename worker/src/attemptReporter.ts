import type { WorkContext } from "./work.ts";

/** What an attempt reports while it works, and what earlier ones have left. */
export type AttemptReporter = Pick<WorkContext, "checkpoint" | "progress" | "saveCheckpoint" | "token">;

/** The reporter of an attempt. Progress is not stored, and there are no checkpoints. */
export function createAttemptReporter(): AttemptReporter {
  return {
    checkpoint: null,
    progress: () => undefined,
    saveCheckpoint: () => Promise.reject(new Error("cannot save a checkpoint: not connected to the database yet")),
    token: "",
  };
}
