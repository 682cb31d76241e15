import type { Readable, Writable } from "node:stream";

/**
 * Copies a command's stream to the runner's, byte for byte, with one chunk in flight: a log that is read slowly slows the command
 * down instead of filling the memory. If the log is closed or its disk is full, the command continues, and the rest of its output is
 * read and dropped.
 *
 * @returns once the stream has ended, whether its last line was complete
 */
export async function forwardOutput(
  source: Readable,
  sink: Writable,
  onChunk: (chunk: Buffer) => void,
): Promise<{ lineIsOpen: boolean }> {
  let open = true;
  let last: number | undefined;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    onChunk(chunk);
    last = chunk.at(-1);
    if (open) open = await write(sink, chunk);
  }
  return { lineIsOpen: open && last !== undefined && last !== LINE_FEED };
}

const LINE_FEED = 0x0a;

/** Resolves to false when nothing more can be written. */
async function write(sink: Writable, chunk: Buffer): Promise<boolean> {
  return await new Promise((resolve) => sink.write(chunk, (error) => resolve(!error)));
}
