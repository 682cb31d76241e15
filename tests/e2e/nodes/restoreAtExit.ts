/**
 * Runs `restore` if the process ends before the returned object is disposed: a signal must not leave a node paused or cordoned.
 * It must not wait for anything: at exit only what is synchronous runs.
 */
export function restoreAtExit(restore: () => void): Disposable {
  process.once("exit", restore);
  return { [Symbol.dispose]: () => process.off("exit", restore) };
}
