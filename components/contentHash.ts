import { createHash } from "node:crypto";
import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Enough of a SHA-256 to tell any two contents of one project apart; fits a tag and a Job's name. */
const LENGTH = 12;

/**
 * A hash of files' paths and contents, and of what else decides the result.
 *
 * @throws Error when a pattern matches no file: a hash of nothing would never change.
 */
export function contentHash(root: string, patterns: readonly string[], more: readonly string[] = []): string {
  const hash = createHash("sha256").update(JSON.stringify(more));
  const files = patterns.flatMap((pattern) => {
    const found = globSync(pattern, { cwd: root }).filter((file) => statSync(join(root, file)).isFile());
    if (found.length === 0) throw new Error(`${pattern} must match a file (its content is what is hashed); got none`);
    return found;
  });
  for (const file of [...new Set(files)].sort()) {
    const content = readFileSync(join(root, file));
    hash.update(JSON.stringify([file.replaceAll("\\", "/"), content.length])).update(content);
  }
  return hash.digest("hex").slice(0, LENGTH);
}
