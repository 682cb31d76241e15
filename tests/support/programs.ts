import { readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after } from "node:test";
import { createFolder } from "./createFolder.ts";

/** Programs that stand in for the real ones. */
export interface Programs {
  /** A private PATH: of this machine's programs it has only sh and sleep. */
  readonly folder: string;
  /** The commands that were run so far, one per line. */
  calls(): Promise<string[]>;
}

/** Creates programs from their sh scripts; each call is recorded. */
export async function createPrograms(programs: Readonly<Record<string, string>>): Promise<Programs> {
  const folder = createFolder({ "calls.log": "" });
  const calls = join(folder, "calls.log");
  for (const [name, does] of Object.entries(programs)) {
    const script = `#!/bin/sh\necho "${name} $*" >> '${calls}'\n${does}\n`;
    await writeFile(join(folder, name), script, { mode: 0o755 });
  }
  for (const name of ["sh", "sleep"]) await symlink(`/bin/${name}`, join(folder, name));
  return {
    folder,
    calls: async () => (await readFile(calls, "utf8")).split("\n").filter(Boolean),
  };
}

/** Creates programs as above, of which alone the calling test's PATH consists until it ends. */
export async function usePrograms(programs: Readonly<Record<string, string>>): Promise<void> {
  const path = process.env.PATH;
  process.env.PATH = (await createPrograms(programs)).folder;
  after(() => {
    process.env.PATH = path;
  });
}
