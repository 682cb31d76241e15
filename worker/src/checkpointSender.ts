import type { ToThread } from "./threadMessages.ts";
import type { ThreadSender } from "./threadSender.ts";
import { toJson } from "./toJson.ts";

/** Saves that share a promise. */
interface Group {
  readonly first: number;
  last: number;
  readonly saved: PromiseWithResolvers<void>;
}

/**
 * Sends checkpoints to the main thread, each at once, and waits until they are saved. While one is being saved, the later ones share a
 * promise: one for each would fill the memory of work that does not wait for them.
 */
export class CheckpointSender {
  readonly #send: ThreadSender["send"];
  #next = 0;
  #groups: readonly Group[] = [];
  /** The group that later saves join. */
  #open: Group | undefined;

  constructor(send: ThreadSender["send"]) {
    this.#send = send;
  }

  /**
   * Saves a JSON value; resolves when it, or a later one, is stored.
   *
   * @throws TypeError or RangeError as `toJson` does; Error with the reason why it, or one that shares its promise, cannot be stored
   */
  save(value: unknown): Promise<void> {
    try {
      this.#send({ type: "saveCheckpoint", id: this.#next, json: toJson("a checkpoint", value) ?? "null" });
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#join(this.#next++).saved.promise;
  }

  /** Must be called when the main thread has saved the checkpoints from `first` to `last`, or could not save them. */
  saved({ first, last, error }: Omit<Extract<ToThread, { type: "checkpointSaved" }>, "type">): void {
    const isOver = (group: Group) =>
      error === undefined ? group.last <= last : group.first <= last && group.last >= first;
    const over = this.#groups.filter(isOver);
    this.#groups = this.#groups.filter((group) => !isOver(group));
    // A save that comes now must not wait for a group of which a part is stored, nor this group for it.
    if (this.#open && (over.includes(this.#open) || this.#open.first <= last)) this.#open = undefined;
    for (const { saved } of over) {
      if (error === undefined) saved.resolve();
      else saved.reject(new Error(error));
    }
  }

  /** The first save of all that wait is alone: its caller usually waits for it before the next one. */
  #join(id: number): Group {
    if (this.#open) {
      this.#open.last = id;
      return this.#open;
    }
    const group: Group = { first: id, last: id, saved: Promise.withResolvers() };
    if (this.#groups.length > 0) this.#open = group;
    this.#groups = [...this.#groups, group];
    return group;
  }
}
