import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { contentHash } from "./contentHash.ts";

describe("contentHash", () => {
  let root: string;
  const hash = (more: readonly string[] = []) => contentHash(root, ["src", "package.json"], more);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "content-hash-"));
    mkdirSync(join(root, "src/deep"), { recursive: true });
    for (const file of ["package.json", "src/a.ts", "src/deep/b.ts", "src/a.test.ts"]) write(file, file);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function write(file: string, text: string): void {
    writeFileSync(join(root, file), text);
  }

  test("is 12 hexadecimal digits, the same for the same content", () => {
    assert.match(hash(), /^[0-9a-f]{12}$/);
    assert.equal(hash(), hash());
  });

  const changes: Record<string, () => void> = {
    "a changed file": () => write("src/deep/b.ts", "other"),
    "a new file": () => write("src/c.ts", ""),
    "a new file of any kind": () => write("src/deep/template", ""),
    "a new file whose name begins with a dot": () => write("src/.npmrc", ""),
    "a renamed file": () => renameSync(join(root, "src/a.ts"), join(root, "src/z.ts")),
    "a deleted file": () => rmSync(join(root, "src/a.ts")),
  };
  for (const [what, change] of Object.entries(changes)) {
    test(`changes with ${what}`, () => {
      const before = hash();
      change();
      assert.notEqual(hash(), before);
    });
  }

  test("changes with the additional inputs, but not with tests", () => {
    assert.notEqual(hash(["node:24"]), hash(["node:22"]));
    const before = hash();
    write("src/a.test.ts", "other");
    write("src/deep/new.test.ts", "");
    assert.equal(hash(), before);
  });

  test("refuses a missing path and an empty folder, by name", () => {
    mkdirSync(join(root, "empty"));
    for (const path of ["no.sql", "empty"]) {
      const message = new RegExp(`^${path} must be a file or a non-empty folder`);
      assert.throws(() => contentHash(root, [path]), { message });
    }
  });
});
