import type { Readable, Writable } from "node:stream";
import { noteLineEnd } from "../logLines.ts";

/**
 * Copies a command's stream to the runner's, byte for byte, with one chunk in flight: a log that is read slowly slows the command
 * down instead of filling the memory. If the log is closed or its disk is full, the command continues, and the rest of its output is
 * read and dropped.
 *
 * Resolves once the stream has ended.
 */
export async function forwardOutput(source: Readable, sink: Writable, onChunk: (chunk: Buffer) => void): Promise<void> {
  let open = true;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    onChunk(chunk);
    if (!open) continue;
    noteLineEnd(sink, chunk);
    open = await write(sink, chunk);
  }
}

/** Resolves to false when nothing more can be written. */
async function write(sink: Writable, chunk: Buffer): Promise<boolean> {
  return await new Promise((resolve) => sink.write(chunk, (error) => resolve(!error)));
}
