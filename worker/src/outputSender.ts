import type { FromThread } from "./threadMessages.ts";

/** The maximum number of lines and chunks that wait to be written; beyond that the thread blocks, so that a loop cannot fill the memory. */
const MAX_UNWRITTEN = 1_000;

/**
 * Sends a thread's log and output to the main thread. A message is sent at once, even by a thread that never returns to its
 * event loop; Node's own streams would buffer everything after the first chunk until then, and lose it with the thread.
 */
export class OutputSender {
  readonly #send: (message: FromThread) => void;
  readonly #unwritten: Int32Array;

  constructor(send: (message: FromThread) => void, unwritten: SharedArrayBuffer) {
    this.#send = send;
    this.#unwritten = new Int32Array(unwritten);
  }

  /** Sends a log line. */
  sendLine(line: string): void {
    this.#count();
    this.#send({ type: "log", line });
  }

  /** From now on, `process.stdout` and `process.stderr` (and so `console`) of this thread send what is written to them. */
  takeStreams(): void {
    for (const stream of ["stdout", "stderr"] as const) {
      const write = (chunk: Uint8Array, _encoding: BufferEncoding, done: () => void) => {
        this.#count();
        this.#send({ type: "output", stream, chunk });
        done();
      };
      // The streams are kept, not replaced: Node calls methods of these objects.
      Object.assign(process[stream], { _write: write, _writev: undefined });
    }
  }

  #count(): void {
    for (let waiting = this.#read(); waiting >= MAX_UNWRITTEN; waiting = this.#read()) {
      Atomics.wait(this.#unwritten, 0, waiting);
    }
    Atomics.add(this.#unwritten, 0, 1);
  }

  #read(): number {
    return Atomics.load(this.#unwritten, 0);
  }
}
