/**
 * Runs `restore` if the process ends before the returned object is disposed: a signal must not leave a node paused or cordoned.
 * It must be synchronous: at exit nothing else runs.
 */
export function restoreAtExit(restore: () => void): Disposable {
  process.once("exit", restore);
  return { [Symbol.dispose]: () => process.off("exit", restore) };
}
