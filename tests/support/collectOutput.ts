import type { ChildProcess } from "node:child_process";

/** Collects what a process prints from now on, on both outputs; returns a function for the text so far. */
export function collectOutput({ stdout, stderr }: ChildProcess): () => string {
  let output = "";
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return () => output;
}
