import type { Readable, Writable } from "node:stream";

/**
 * Copies a command's stream to the runner's, byte for byte, one chunk in flight: a log that is read slowly slows the command
 * down and fills no memory. A log that is closed, or on a full disk, ends the copying and not the command: the rest is read
 * and dropped.
 *
 * @returns when the stream ended; whether its last line was complete.
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

/** Resolves to false when nothing can be written any more. */
async function write(sink: Writable, chunk: Buffer): Promise<boolean> {
  return await new Promise((resolve) => sink.write(chunk, (error) => resolve(!error)));
}
