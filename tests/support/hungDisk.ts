import { execFileSync } from "node:child_process";
import files from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Loaded into a worker (`--import`): what HANGS names, a function of node:fs/promises, waits in a thread of Node's pool for ever, as at a
// disk that does not answer. Exiting waits for such a thread.

const fifo = join(tmpdir(), `hung-disk-${process.pid}`);

function hang(): Promise<unknown> {
  execFileSync("mkfifo", [fifo]);
  const opening = files.open(fifo);
  console.error("hangs");
  return opening;
}

Object.assign(files, { [process.env.HANGS ?? ""]: hang });
syncBuiltinESMExports();
