/** Lets the worker go on when the reader of its output has closed it (EPIPE) or its disk is full: the work does not depend on it. */
export function ignoreOutputErrors(): void {
  for (const output of [process.stdout, process.stderr]) output.on("error", () => undefined);
}
