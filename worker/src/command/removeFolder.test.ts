import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createFolder } from "../../../tests/support/createFolder.ts";
import { removeFolder } from "./removeFolder.ts";

test("whatever a command leaves in its folder is removed, and nothing that it has linked to", async () => {
  const directory = createFolder();
  const kept = join(directory, "kept");
  mkdirSync(kept);
  writeFileSync(join(kept, "file"), "");
  const folder = join(directory, "folder");
  mkdirSync(folder);
  const script = `
    ln -s ../kept link; ln -s nowhere broken; mkfifo fifo
    mkdir "$(printf 'n\\377')" && cd "$(printf 'n\\377')" && touch "$(printf '\\376\\nx')" && chmod 000 .
    mkdir ../readonly && touch ../readonly/file && chmod 500 ../readonly
  `;
  execFileSync("sh", ["-ec", script], { cwd: folder });
  await removeFolder(folder);
  assert.equal(existsSync(folder), false);
  symlinkSync(kept, folder);
  await removeFolder(folder);
  assert.deepEqual([readdirSync(directory), readdirSync(kept)], [["kept"], ["file"]]);
});

test("folders nested so deeply that no path reaches the last one are removed", async () => {
  const folder = join(createFolder(), "folder");
  mkdirSync(folder);
  const program = `
import os
for depth in range(1000):
    os.mkdir("nested")
    os.chdir("nested")
    open("file", "w").close()`;
  execFileSync("python3", ["-c", program], { cwd: folder });
  await removeFolder(folder);
  assert.equal(existsSync(folder), false);
});

test("a folder that something else removes, before or meanwhile, is no error", async () => {
  const folder = join(createFolder(), "folder");
  await removeFolder(folder);
  mkdirSync(join(folder, "below"), { recursive: true });
  for (let file = 0; file < 500; file++) writeFileSync(join(folder, "below", String(file)), "");
  await Promise.all([removeFolder(folder), removeFolder(folder)]);
  assert.equal(existsSync(folder), false);
});
