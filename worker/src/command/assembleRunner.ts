import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";

/** The dynamic loader's file name in `lib`, the same for every processor. */
export const LOADER = "loader";
/** The same loader, readable by everybody: installRunner.ts copies it. */
export const READABLE_LOADER = "loader-readable";

/**
 * Copies this Node, `mkfifo` (see openPipes.ts) and the libraries of both into a folder from which they run in any image: the
 * image's own C library, if it has one, is not used. Started by
 * `FOLDER/lib/loader --library-path FOLDER/lib FOLDER/node FOLDER/worker/src/main.ts`.
 *
 * The loader is executable but not readable. The kernel then hides the environment and memory of the process from other
 * processes of the same user (`PR_SET_DUMPABLE` in prctl(2)): the command cannot read the runner's password.
 */
export function assembleRunner(folder: string): void {
  const lib = join(folder, "lib");
  mkdirSync(lib, { recursive: true });
  const mkfifo = execFileSync("sh", ["-c", "command -v mkfifo"], { encoding: "utf8" }).trim();
  for (const [program, name] of [
    [process.execPath, "node"],
    [mkfifo, "mkfifo"],
  ] as const) {
    copyFileSync(program, join(folder, name));
    chmodSync(join(folder, name), 0o755);
    const { libraries, loader } = readNeeds(program);
    for (const library of libraries) copyFileSync(library, join(lib, basename(library)));
    copyFileSync(loader, join(lib, LOADER));
    copyFileSync(loader, join(lib, READABLE_LOADER));
  }
  chmodSync(join(lib, LOADER), 0o111);
}

/** The libraries and the loader that a program is linked to, from ldd(1). */
function readNeeds(program: string): { readonly libraries: readonly string[]; readonly loader: string } {
  const lines = execFileSync("ldd", [program], { encoding: "utf8" });
  const libraries = [...lines.matchAll(/=> (\/\S+)/g)].map(([, path = ""]) => path);
  const loader = /^\s*(\/\S+) \(/m.exec(lines)?.[1];
  if (loader === undefined)
    throw new Error(`cannot find the loader of ${program}: ldd printed ${JSON.stringify(lines)}`);
  return { libraries, loader };
}

if (process.argv[1] === import.meta.filename) assembleRunner(process.argv[2] ?? "/batch");
