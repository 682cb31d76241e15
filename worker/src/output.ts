/** Lets the worker continue when its output is closed (EPIPE) or the disk is full: the work does not depend on it. */
export function ignoreOutputErrors(): void {
  for (const output of [process.stdout, process.stderr]) output.on("error", () => undefined);
}
