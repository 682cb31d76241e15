import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix, sep } from "node:path";

/** Digits of the SHA-256: enough to distinguish all versions of one project, and short enough for a tag or a Job name. */
const LENGTH = 12;

/**
 * A hash of files' paths and contents, and of everything else that decides the result.
 *
 * @param paths - files, and folders with everything in them except tests, which do not change the result
 * @throws Error when there is no file in a path: a hash of nothing would never change.
 */
export function contentHash(root: string, paths: readonly string[], more: readonly string[] = []): string {
  const hash = createHash("sha256").update(JSON.stringify(more));
  const files = paths.flatMap((path) => {
    const found = listFiles(root, path);
    if (found.length === 0) {
      throw new Error(`${path} must be a file or a non-empty folder (the content is hashed); got no files`);
    }
    return found;
  });
  for (const file of [...new Set(files)].sort()) {
    const content = readFileSync(join(root, file));
    hash.update(JSON.stringify([file, content.length])).update(content);
  }
  return hash.digest("hex").slice(0, LENGTH);
}

function listFiles(root: string, path: string): string[] {
  if (!existsSync(join(root, path))) return [];
  if (isFile(join(root, path))) return [path];
  return readdirSync(join(root, path), { recursive: true, encoding: "utf8" })
    .map((name) => posix.join(path, sep === "/" ? name : name.replaceAll(sep, "/")))
    .filter((file) => isFile(join(root, file)) && !file.endsWith(".test.ts"));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
