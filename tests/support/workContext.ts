import { createLog } from "../../worker/src/log.ts";
import type { WorkContext } from "../../worker/src/work.ts";

/** The context of a request's first attempt, which nothing stops and which reports to no one. */
export function workContext(more: Partial<WorkContext> = {}): WorkContext {
  return {
    kind: "page",
    requestId: "1",
    attempt: 1,
    signal: new AbortController().signal,
    killSignal: new AbortController().signal,
    log: createLog({}, () => undefined),
    checkpointJson: null,
    progress: () => undefined,
    saveCheckpoint: () => Promise.resolve(),
    endedByItself: () => undefined,
    token: "",
    ...more,
  };
}
