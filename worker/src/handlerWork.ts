import { SettingsError } from "./errors.ts";
import { HandlerThread } from "./handlerThread.ts";
import { sleepRunning } from "./sleepRunning.ts";
import type { Work, WorkContext, WorkResult } from "./work.ts";

/** How long a handler's module may take to load; nothing is claimed before that. */
const LOAD_LIMIT_SECONDS = 60;

/**
 * Runs a TypeScript handler, each request in a separate thread: blocking that thread does not block the renewal of the claim
 * or the main thread's signals and timers, and whatever it leaves behind ends with it.
 */
export class HandlerWork implements Work {
  readonly #kind: string;
  #next: HandlerThread | undefined;
  #stuck = false;

  constructor(kind: string) {
    this.#kind = kind;
  }

  /**
   * Starts the first request's thread; resolves when the handler is loaded there.
   *
   * @throws SettingsError when there is no handler, or it cannot be loaded within a minute.
   */
  async load(): Promise<void> {
    this.#next = new HandlerThread(this.#kind);
    const late = sleepRunning(1_000 * LOAD_LIMIT_SECONDS).then(() => "late");
    if ((await Promise.race([this.#next.loaded, late])) !== "late") return;
    const file = `worker/src/handlers/${this.#kind}.ts`;
    throw new SettingsError([
      `${file} must load within ${LOAD_LIMIT_SECONDS} s (nothing is claimed before); it did not`,
    ]);
  }

  async run(rowJson: string, context: WorkContext): Promise<WorkResult> {
    const thread = this.#next ?? new HandlerThread(this.#kind);
    this.#next = undefined;
    const result = await thread.run(rowJson, context);
    // After any other result the Job's process ends, and with it its zombies.
    if (result.outcome === "succeeded") await thread.reapChildren(context.killSignal);
    if (!(await thread.terminate(context.killSignal))) this.#stuck = true;
    const survivors = await thread.endProcesses(context.killSignal);
    if (survivors.length > 0) context.log.warn("processes of the handler could not be ended", { pids: survivors });
    return result;
  }

  get stuck(): boolean {
    return this.#stuck;
  }

  async close(): Promise<void> {
    const unused = this.#next;
    if (unused === undefined) return;
    if (!(await unused.terminate())) this.#stuck = true;
    await unused.endProcesses(new AbortController().signal);
  }
}
