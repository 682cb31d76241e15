import type { ThreadSender } from "./threadSender.ts";
import { toJson } from "./toJson.ts";

/** Sends checkpoints to the main thread, and waits until each is saved. */
export class CheckpointSender {
  readonly #send: ThreadSender["send"];
  readonly #waiting: PromiseWithResolvers<void>[] = [];

  constructor(send: ThreadSender["send"]) {
    this.#send = send;
  }

  /** @throws TypeError or RangeError as `toJson` does; Error with the reason why it cannot be stored */
  async save(value: unknown): Promise<void> {
    const saved = Promise.withResolvers<void>();
    // Serialized as it will be stored: a message cannot carry some values (functions), and carries others that JSON cannot (a Map).
    const plain: unknown = JSON.parse(toJson("a checkpoint", value) ?? "null");
    this.#send({ type: "saveCheckpoint", id: this.#waiting.push(saved) - 1, value: plain });
    return await saved.promise;
  }

  saved(id: number, error: string | undefined): void {
    if (error === undefined) this.#waiting[id]?.resolve();
    else this.#waiting[id]?.reject(new Error(error));
    delete this.#waiting[id];
  }
}
