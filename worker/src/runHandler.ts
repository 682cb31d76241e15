import { describeError } from "./describeError.ts";
import { PermanentError } from "./errors.ts";
import type { Handler, Row } from "./handler.ts";
import { parseRow } from "./parseRow.ts";
import { toJson } from "./toJson.ts";
import type { WorkContext, WorkResult } from "./work.ts";

/** Checks the row and runs the handler on the result. Never rejects. */
export async function runHandler(
  handler: Handler,
  rowJson: string,
  {
    requestId: id,
    attempt,
    signal,
    log,
    checkpointJson,
    progress,
    saveCheckpoint: checkpoint,
  }: Omit<WorkContext, "killSignal" | "endedByItself">,
): Promise<WorkResult> {
  let request: unknown;
  try {
    request = await handler.check(parseRow(rowJson) as Row);
  } catch (error) {
    return { outcome: "failed", message: describeError(error), final: true };
  }
  // Work that must stop is not started: it could wait for an abort that has already happened.
  if (signal.aborted) return { outcome: "interrupted", message: describeError(signal.reason) };
  const lastCheckpoint: unknown = checkpointJson === null ? null : JSON.parse(checkpointJson);
  try {
    const result = await handler.run(request, { id, attempt, signal, log, lastCheckpoint, progress, checkpoint });
    const json = toJson("a result", result);
    return json === null ? { outcome: "succeeded" } : { outcome: "succeeded", result: JSON.parse(json) };
  } catch (error) {
    return toFailedResult(error);
  }
}

/** An error of the work, thrown by its handler or by something that the handler started. */
export function toFailedResult(error: unknown): WorkResult {
  return { outcome: "failed", message: describeError(error), final: isPermanent(error) };
}

function isPermanent(error: unknown): boolean {
  try {
    if (error instanceof PermanentError) return true;
    // `await using` wraps the work's own error in a SuppressedError if the disposal fails as well.
    return error instanceof Error && "suppressed" in error && isPermanent(error.suppressed);
  } catch {
    return false;
  }
}
