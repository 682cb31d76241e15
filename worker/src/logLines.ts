import type { Writable } from "node:stream";

const LINE_FEED = 0x0a;

/** The outputs whose last line, which the work has written, has no end yet. */
const open = new WeakSet<Writable>();

/** To be called with everything that the work writes to an output which the log shares. */
export function noteLineEnd(output: Writable, written: Uint8Array): void {
  if (written.at(-1) === LINE_FEED) open.delete(output);
  else if (written.length > 0) open.add(output);
}

/** Ends the work's last line if it has no end. */
export function endLine(output: Writable): void {
  if (open.delete(output)) output.write("\n");
}

/** Writes a line of the log, which is a line of its own wherever the work's output has been interrupted. */
export function writeLogLine(output: Writable, line: string): void {
  endLine(output);
  output.write(`${line}\n`);
}
