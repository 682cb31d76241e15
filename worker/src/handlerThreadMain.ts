import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { CheckpointSender } from "./checkpointSender.ts";
import type { SettingsError } from "./errors.ts";
import type { Handler } from "./handler.ts";
import { loadHandler } from "./loadHandler.ts";
import { createLog } from "./log.ts";
import { runHandler, toFailedResult } from "./runHandler.ts";
import { type Envelope, type FromThread, type ThreadData, type ToThread, toStopError } from "./threadMessages.ts";
import { ThreadSender } from "./threadSender.ts";

// The entry of a handler's thread: loads the handler, runs it on one request, and reports the result. Whatever happens to this
// thread, the main thread keeps the claim.

/** Captured before the handler is loaded, which may use fake timers. */
const { setImmediate: afterTick } = globalThis;

// Without a port this file is only loaded to be compiled (worker/Dockerfile).
if (parentPort) await serve(parentPort, workerData as ThreadData);

async function serve(port: MessagePort, { kind, unprocessed }: ThreadData): Promise<void> {
  const post = (fromHandlerThread: FromThread) => port.postMessage({ fromHandlerThread } satisfies Envelope);
  const sender = new ThreadSender(post, unprocessed);
  sender.redirectStreams();
  // Uncaught errors (in a timer, an unhandled rejection) belong to the work, whenever they occur.
  process.on("uncaughtException", (error) => post({ type: "ended", result: toFailedResult(error) }));
  let handler: Handler;
  try {
    handler = await loadHandler(kind);
  } catch (error) {
    return post({ type: "refused", problem: (error as SettingsError).message });
  }
  const stop = new AbortController();
  const checkpoints = new CheckpointSender((message) => sender.send(message));
  port.on("message", (message: ToThread) => {
    if (message.type === "abort") stop.abort(toStopError(message.reason));
    else if (message.type === "checkpointSaved") checkpoints.saved(message);
    else void run(message);
  });
  post({ type: "loaded" });

  async function run({ rowJson, logFields, ...context }: Extract<ToThread, { type: "run" }>): Promise<void> {
    const result = await runHandler(handler, rowJson, {
      ...context,
      signal: stop.signal,
      log: createLog(logFields, (line) => sender.send({ type: "log", line })),
      progress: (done, total) =>
        sender.send({ type: "progress", done: toNumber(done), total: total === undefined ? total : toNumber(total) }),
      saveCheckpoint: (value) => checkpoints.save(value),
    });
    // Node raises a rejection that nobody handles only after the microtasks of the tick in which the handler has returned.
    if (result.outcome === "succeeded") await new Promise((resolve) => afterTick(resolve));
    post({ type: "ended", result });
  }
}

/** Progress of another type is ignored with a warning; a message could not carry some of its values (a symbol, a function). */
function toNumber(value: unknown): number {
  return typeof value === "number" ? value : Number.NaN;
}
