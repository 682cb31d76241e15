import type { FromThread } from "./threadMessages.ts";

/** The messages of which the work may send any number. */
export type Counted = Extract<FromThread, { type: "log" | "output" | "progress" | "saveCheckpoint" }>;

/**
 * The maximum weight of the messages that the main thread has not processed; beyond that the thread blocks, so that a loop can neither
 * fill the memory nor keep the main thread from what else it must do.
 */
const MAX_UNPROCESSED = 1_000;

/** The weight of a message: one, and one more for each of so many bytes or characters that it carries. */
const UNIT_LENGTH = 16_384;

/** What a message adds to the unprocessed, and the main thread subtracts. */
export function getWeight(message: Counted): number {
  return 1 + Math.floor(getContent(message).length / UNIT_LENGTH);
}

function getContent(message: Counted): Uint8Array | string {
  switch (message.type) {
    case "output":
      return message.chunk;
    case "log":
      return message.line;
    case "saveCheckpoint":
      return message.json;
    case "progress":
      return "";
  }
}

/**
 * Sends a thread's log, output, progress and checkpoints to the main thread. A message is sent at once, even by a thread that never
 * returns to its event loop; Node's own streams would buffer everything after the first chunk until then, and lose it with the thread.
 */
export class ThreadSender {
  readonly #post: (message: FromThread) => void;
  readonly #unprocessed: Int32Array;

  constructor(post: (message: FromThread) => void, unprocessed: SharedArrayBuffer) {
    this.#post = post;
    this.#unprocessed = new Int32Array(unprocessed);
  }

  send(message: Counted): void {
    for (let waiting = this.#read(); waiting >= MAX_UNPROCESSED; waiting = this.#read()) {
      Atomics.wait(this.#unprocessed, 0, waiting);
    }
    Atomics.add(this.#unprocessed, 0, getWeight(message));
    this.#post(message);
  }

  /** From now on, `process.stdout` and `process.stderr` (and so `console`) of this thread send what is written to them. */
  redirectStreams(): void {
    for (const stream of ["stdout", "stderr"] as const) {
      const write = (chunk: Uint8Array | string, encoding: BufferEncoding, done: () => void) => {
        // A copy: a message carries the whole memory of which a chunk may be a small part.
        const sent = typeof chunk === "string" ? chunk : new Uint8Array(chunk);
        this.send({ type: "output", stream, chunk: sent, encoding });
        done();
      };
      // The streams are kept, not replaced: Node calls methods of these objects.
      Object.assign(process[stream], { _write: write, _writev: undefined });
    }
  }

  #read(): number {
    return Atomics.load(this.#unprocessed, 0);
  }
}
