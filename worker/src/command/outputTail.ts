/** How much of a command's output is kept as the attempt's error. */
export const TAIL_BYTES = 8_192;

/** The last 8 KiB of a stream of bytes, as text. */
export class OutputTail {
  #bytes: Buffer = Buffer.alloc(0);

  add(chunk: Buffer): void {
    const joined = chunk.length >= TAIL_BYTES ? chunk : Buffer.concat([this.#bytes, chunk]);
    // Copied: a slice would keep the whole chunk in memory.
    this.#bytes = Buffer.from(joined.subarray(-TAIL_BYTES));
  }

  /** Starts with a whole character, on a line that is not blank. Invalid UTF-8 becomes U+FFFD, and so does NUL, which PostgreSQL's text cannot hold. */
  toString(): string {
    let start = 0;
    // A cut character leaves at most three continuation bytes (10xxxxxx).
    while (this.#bytes.length === TAIL_BYTES && start < 3 && ((this.#bytes[start] ?? 0) & 0xc0) === 0x80) start++;
    return this.#bytes
      .subarray(start)
      .toString("utf8")
      .replaceAll("\0", "\uFFFD")
      .replace(/^\s*\n/, "")
      .trimEnd();
  }
}
