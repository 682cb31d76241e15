import assert from "node:assert/strict";
import files from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readJsonFile } from "./readJsonFile.ts";

test("a link is read as its file; only one without a file has a problem, also if it is created at that moment", async (t) => {
  const folder = await files.mkdtemp(join(tmpdir(), "read-json-file-"));
  t.after(() => files.rm(folder, { recursive: true }));
  const path = join(folder, "link");
  const { open } = files;
  const create = async (target: string) => {
    t.mock.method(files, "open", async (...args: Parameters<typeof open>) => {
      try {
        return await open(...args);
      } finally {
        await files.symlink(target, path).catch(() => undefined);
      }
    });
    syncBuiltinESMExports();
    const found = await readJsonFile(path);
    t.mock.restoreAll();
    syncBuiltinESMExports();
    return found;
  };
  await files.writeFile(join(folder, "value"), "7");
  assert.equal(await create(join(folder, "value")), undefined);
  assert.deepEqual(await readJsonFile(path), { value: 7, text: "7" });
  await files.rm(path);
  assert.deepEqual(await create(join(folder, "none")), { problem: "must be a regular file; got a link to none" });
});
