import files from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import type { TestContext } from "node:test";

/**
 * Replaces functions of node:fs/promises until the test ends, for modules that import them by name, too.
 *
 * @returns a function that puts them back earlier
 */
export function replaceFiles(t: TestContext, replacements: Partial<typeof files>): () => void {
  const originals = { ...files };
  function use(functions: Partial<typeof files>): void {
    Object.assign(files, functions);
    syncBuiltinESMExports();
  }
  use(replacements);
  const restore = () => use(originals);
  t.after(restore);
  return restore;
}
