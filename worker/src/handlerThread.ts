import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { endProcesses, killProcesses, type Leftovers } from "./command/endProcesses.ts";
import { listProcesses, type ProcessEntry, readNewestThreadStart } from "./command/processTable.ts";
import { describeError } from "./describeError.ts";
import { SettingsError } from "./errors.ts";
import { noteLineEnd } from "./logLines.ts";
import { toFailedResult } from "./runHandler.ts";
import { type FromThread, isEnvelope, type ThreadData, type ToThread, toStopReason } from "./threadMessages.ts";
import { type Counted, getWeight } from "./threadSender.ts";
import type { WorkContext, WorkResult } from "./work.ts";

/**
 * How long to wait for a terminated thread. JavaScript ends within milliseconds (seconds on a busy machine); a native call is not
 * interrupted. The attempt must then be recorded soon, since a grace period may end.
 */
const TERMINATE_LIMIT_MS = 5_000;
const KILLED_TERMINATE_LIMIT_MS = 400;

/** How long the thread may take to reap its children, and how often to look. Usually it takes a few milliseconds. */
const REAP_LIMIT_MS = 100;
const REAP_PAUSE_MS = 5;

/** In the environment of a thread, which the processes that its handler starts inherit: they are recognized by it. */
const MARK_VARIABLE = "BATCH_HANDLER";

/** A thread that loads a kind's handler and runs it on one request. */
export class HandlerThread {
  readonly #worker: Worker;
  readonly #loaded = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<WorkResult>();
  readonly #unprocessed = new Int32Array(new SharedArrayBuffer(4));
  readonly #leftovers: Leftovers;
  #context: WorkContext | undefined;
  /** The newest checkpoints that are being saved: those that are saved by one write are answered together. */
  #saving: { readonly saved: Promise<void>; last: number } | undefined;

  constructor(kind: string) {
    // Awaited by `loaded` at the Job's start; later a load error is the request's error.
    this.#loaded.promise.catch(() => undefined);
    const workerData: ThreadData = { kind, unprocessed: this.#unprocessed.buffer };
    const mark = randomUUID();
    const env = { ...process.env, [MARK_VARIABLE]: mark };
    this.#worker = new Worker(new URL("./handlerThreadMain.ts", import.meta.url), { workerData, env });
    // What the container has started before is not the handler's.
    // While it runs a handler, the worker starts no process itself.
    this.#leftovers = { mark: `${MARK_VARIABLE}=${mark}`, startTime: readNewestThreadStart(), ownChildren: true };
    this.#worker.on("message", (sent: unknown) => {
      // Libraries that find themselves in a thread send messages of their own.
      if (isEnvelope(sent)) this.#receive(sent.fromHandlerThread);
    });
    this.#worker.on("messageerror", (error) =>
      this.#end({
        outcome: "failed",
        message: `cannot receive what the handler sent: ${describeError(error)}`,
        final: false,
      }),
    );
    this.#worker.on("error", (error: unknown) => this.#end(toResult(error)));
    this.#worker.on("exit", (code) =>
      this.#end({ outcome: "failed", message: `the handler ended its thread (${describeExit(code)})`, final: false }),
    );
  }

  /**
   * Resolves when the handler is loaded.
   *
   * @throws SettingsError when it cannot be loaded.
   */
  get loaded(): Promise<void> {
    return this.#loaded.promise;
  }

  /** Runs the handler; resolves when it has ended, or at once when it must be terminated. Called once. */
  async run(rowJson: string, context: WorkContext): Promise<WorkResult> {
    const { kind, requestId, attempt, checkpointJson, token, signal, killSignal, log } = context;
    const abort = () => this.#send({ type: "abort", reason: toStopReason(signal.reason) });
    const kill = () => this.#ended.resolve({ outcome: "interrupted", message: "ended by force" });
    this.#context = context;
    this.#send({ type: "run", rowJson, logFields: log.fields, kind, requestId, attempt, checkpointJson, token });
    signal.addEventListener("abort", abort);
    killSignal.addEventListener("abort", kill);
    if (signal.aborted) abort();
    if (killSignal.aborted) kill();
    const result = await this.#ended.promise;
    if (!signal.aborted) context.endedByItself();
    signal.removeEventListener("abort", abort);
    killSignal.removeEventListener("abort", kill);
    return result;
  }

  /**
   * Kills the handler's processes, and waits until the thread, which must still run, has reaped its children: nobody else can, and what is
   * not reaped keeps its pid until the worker ends. Does not wait long for a thread that is blocked.
   */
  async reapChildren(killSignal: AbortSignal): Promise<void> {
    const { startTime = 0 } = this.#leftovers;
    const isChild = (entry: ProcessEntry) => entry.parent === process.pid && entry.startTime >= startTime;
    const end = performance.now() + REAP_LIMIT_MS;
    while (!killSignal.aborted && performance.now() < end && listProcesses().some(isChild)) {
      killProcesses(this.#leftovers);
      await sleep(REAP_PAUSE_MS);
    }
  }

  /** Terminates the thread with everything in it; returns whether it ended. Does not wait long once `killSignal` aborts. */
  async terminate(killSignal?: AbortSignal): Promise<boolean> {
    const terminated = this.#worker.terminate().then(() => true);
    const late = sleep(TERMINATE_LIMIT_MS, false, { ref: false, ...(killSignal && { signal: killSignal }) });
    return await Promise.race([terminated, late.catch(() => sleep(KILLED_TERMINATE_LIMIT_MS, false, { ref: false }))]);
  }

  /** Ends the processes that the terminated thread has started; returns those that still run. */
  async endProcesses(killSignal: AbortSignal): Promise<readonly number[]> {
    return await endProcesses(this.#leftovers, killSignal);
  }

  #send(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromThread): void {
    switch (message.type) {
      case "loaded":
        this.#loaded.resolve();
        break;
      case "refused":
        this.#loaded.reject(new SettingsError([message.problem]));
        this.#ended.resolve({ outcome: "failed", message: message.problem, final: false });
        break;
      case "log":
        this.#context?.log.write(message.line);
        process.stdout.write("", () => this.#processed(message));
        break;
      case "output":
        this.#print(message);
        break;
      case "progress":
        this.#context?.progress(message.done, message.total);
        this.#processed(message);
        break;
      case "saveCheckpoint":
        this.#saveCheckpoint(message.id, message.json);
        this.#processed(message);
        break;
      case "ended":
        this.#end(message.result);
        break;
    }
  }

  #print(message: Extract<FromThread, { type: "output" }>): void {
    const { stream, chunk, encoding } = message;
    const bytes = typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk;
    noteLineEnd(process[stream], bytes);
    process[stream].write(bytes, () => this.#processed(message));
  }

  #processed(message: Counted): void {
    Atomics.sub(this.#unprocessed, 0, getWeight(message));
    Atomics.notify(this.#unprocessed, 0);
  }

  /** Not an async function, which would keep its value until it is stored. */
  #saveCheckpoint(id: number, json: string): void {
    const saved = this.#passCheckpoint(json);
    if (this.#saving?.saved === saved) {
      this.#saving.last = id;
      return;
    }
    const saving = { saved, first: id, last: id };
    this.#saving = saving;
    const end = (failure?: { readonly error: string }) => {
      if (this.#saving === saving) this.#saving = undefined;
      this.#send({ type: "checkpointSaved", first: id, last: saving.last, ...failure });
    };
    saved.then(
      () => end(),
      (error: unknown) => end({ error: describeError(error) }),
    );
  }

  #passCheckpoint(json: string): Promise<void> {
    try {
      return this.#context?.saveCheckpoint(JSON.parse(json)) ?? Promise.resolve();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #end(result: WorkResult): void {
    this.#loaded.reject(new SettingsError([`cannot load the handler: ${"message" in result ? result.message : ""}`]));
    this.#ended.resolve(result);
  }
}

/** Node.js exits with 13 when a top-level await never settles, and with 0 when nothing keeps the event loop alive any more. */
function describeExit(code: number): string {
  if (code === 0) return "process.exit(0), or parentPort.close() or parentPort.unref(), also by a library";
  return code === 13 ? "a top-level await that never settles, or process.exit(13)" : `process.exit(${code})`;
}

function toResult(error: unknown): WorkResult {
  if ((error as { code?: unknown } | null)?.code === "ERR_WORKER_OUT_OF_MEMORY") {
    return { outcome: "crashed", message: "out of memory: the handler's thread has reached its heap limit" };
  }
  return toFailedResult(error);
}
