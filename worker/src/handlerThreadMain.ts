import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { CheckpointSender } from "./checkpointSender.ts";
import type { SettingsError } from "./errors.ts";
import type { Handler } from "./handler.ts";
import { loadHandler } from "./loadHandler.ts";
import { createLog } from "./log.ts";
import { runHandler, toFailure } from "./runHandler.ts";
import { type FromThread, type ThreadData, type ToThread, toStopError } from "./threadMessages.ts";

// The entry of a handler's thread: loads the handler, runs it on one request, and reports what came of it. Whatever happens to
// this thread, the main thread keeps the claim.

/** Log lines that may wait to be written; then the thread waits, so that a loop of them does not fill the memory. */
const MAX_UNWRITTEN = 1_000;

// No port: loaded only to be compiled (worker/Dockerfile).
if (parentPort) await serve(parentPort, workerData as ThreadData);

async function serve(port: MessagePort, { kind, unwritten }: ThreadData): Promise<void> {
  const send = (message: FromThread) => port.postMessage(message);
  // Errors that no one awaits (a timer's, an unhandled rejection) are the work's, whenever they come.
  process.on("uncaughtException", (error) => send({ type: "ended", result: toFailure(error) }));
  let handler: Handler;
  try {
    handler = await loadHandler(kind);
  } catch (error) {
    return send({ type: "refused", problem: (error as SettingsError).message });
  }
  const stop = new AbortController();
  const checkpoints = new CheckpointSender(send);
  port.on("message", (message: ToThread) => {
    if (message.type === "abort") stop.abort(toStopError(message.reason));
    else if (message.type === "checkpointSaved") checkpoints.saved(message.id, message.error);
    else void run(message);
  });
  send({ type: "loaded" });

  async function run({ rowJson, logFields, ...context }: Extract<ToThread, { type: "run" }>): Promise<void> {
    const result = await runHandler(handler, rowJson, {
      ...context,
      signal: stop.signal,
      log: createLog(logFields, createLineWriter(send, unwritten)),
      progress: (done, total) => send({ type: "progress", done, total }),
      saveCheckpoint: (value) => checkpoints.save(value),
    });
    send({ type: "ended", result });
  }
}

/** A message leaves at once, even of a thread that never comes back to its event loop. */
function createLineWriter(send: (message: FromThread) => void, unwritten: SharedArrayBuffer): (line: string) => void {
  const count = new Int32Array(unwritten);
  return (line) => {
    for (let waiting = Atomics.load(count, 0); waiting >= MAX_UNWRITTEN; waiting = Atomics.load(count, 0)) {
      Atomics.wait(count, 0, waiting);
    }
    Atomics.add(count, 0, 1);
    send({ type: "log", line });
  };
}
