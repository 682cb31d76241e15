import { describeError } from "./describeError.ts";
import { InterruptedError, OwnershipLostError, TimedOutError } from "./errors.ts";
import type { LogFields } from "./log.ts";
import type { WorkContext, WorkResult } from "./work.ts";

/** The start data of a handler's thread. */
export interface ThreadData {
  readonly kind: string;
  /** One Int32: the weight of the messages that were sent and are not processed yet, see `ThreadSender`. */
  readonly unprocessed: SharedArrayBuffer;
}

/** What the worker's main thread sends to a handler's. */
export type ToThread =
  | ({ readonly type: "run"; readonly rowJson: string; readonly logFields: LogFields } & Pick<
      WorkContext,
      "kind" | "requestId" | "attempt" | "checkpointJson" | "token"
    >)
  | { readonly type: "abort"; readonly reason: StopReason }
  | { readonly type: "checkpointSaved"; readonly first: number; readonly last: number; readonly error?: string };

/** What a handler's thread sends to the worker's main thread. */
export type FromThread =
  | { readonly type: "loaded" }
  | { readonly type: "refused"; readonly problem: string }
  | { readonly type: "log"; readonly line: string }
  | {
      readonly type: "output";
      readonly stream: "stdout" | "stderr";
      readonly chunk: Uint8Array | string;
      readonly encoding: BufferEncoding;
    }
  | { readonly type: "progress"; readonly done: number; readonly total?: number | undefined }
  | { readonly type: "saveCheckpoint"; readonly id: number; readonly json: string }
  | { readonly type: "ended"; readonly result: WorkResult };

/** Distinguishes this program's messages from those of the handler's libraries. */
export interface Envelope {
  readonly fromHandlerThread: FromThread;
}

/** Whether a message is this program's own. */
export function isEnvelope(sent: unknown): sent is Envelope {
  return typeof sent === "object" && sent !== null && "fromHandlerThread" in sent;
}

/** Why the work is asked to stop, in a form that a message can carry. */
export type StopReason =
  | { readonly interruptedBy: NodeJS.Signals }
  | { readonly timedOutAfterSeconds: number }
  | { readonly lostRequest: string; readonly lostAttempt: number }
  | { readonly text: string };

/** Serializes an abort's reason. */
export function toStopReason(reason: unknown): StopReason {
  if (reason instanceof InterruptedError) return { interruptedBy: reason.by };
  if (reason instanceof TimedOutError) return { timedOutAfterSeconds: reason.seconds };
  if (reason instanceof OwnershipLostError) return { lostRequest: reason.requestId, lostAttempt: reason.attempt };
  return { text: describeError(reason) };
}

/** Deserializes an abort's reason. */
export function toStopError(reason: StopReason): Error {
  if ("interruptedBy" in reason) return new InterruptedError(reason.interruptedBy);
  if ("timedOutAfterSeconds" in reason) return new TimedOutError(reason.timedOutAfterSeconds);
  if ("lostRequest" in reason) return new OwnershipLostError(reason.lostRequest, reason.lostAttempt);
  return new Error(reason.text);
}
