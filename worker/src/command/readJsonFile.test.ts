import assert from "node:assert/strict";
import files from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { createFolder } from "../../../tests/support/createFolder.ts";
import { replaceFiles } from "../../../tests/support/replaceFiles.ts";
import { readJsonFile } from "./readJsonFile.ts";

test("a link is read as its file; only one without a file has a problem, also if it is created at that moment", async (t) => {
  const folder = createFolder();
  const path = join(folder, "link");
  const { open } = files;
  const create = async (target: string) => {
    const restore = replaceFiles(t, {
      async open(...args) {
        try {
          return await open(...args);
        } finally {
          await files.symlink(target, path).catch(() => undefined);
        }
      },
    });
    const found = await readJsonFile(path);
    restore();
    return found;
  };
  await files.writeFile(join(folder, "value"), "7");
  assert.equal(await create(join(folder, "value")), undefined);
  assert.deepEqual(await readJsonFile(path), { value: 7, text: "7" });
  await files.rm(path);
  assert.deepEqual(await create(join(folder, "none")), { problem: "must be a regular file; got a link to none" });
});

test("a socket is named as one, and a file that cannot be read is not said to have wrong JSON", async () => {
  const path = join(createFolder(), "file");
  const server = createServer().listen(path);
  await new Promise((resolve) => server.once("listening", resolve));
  assert.deepEqual(await readJsonFile(path), { problem: "must be a regular file; got a socket" });
  await new Promise((resolve) => server.close(resolve));
  await files.symlink(path, path);
  const error = `ELOOP: too many symbolic links encountered, open '${path}'`;
  assert.deepEqual(await readJsonFile(path), { problem: `could not be read: ${error}` });
  await files.rm(path);
  await files.writeFile(path, Uint8Array.of(0xff));
  assert.match(JSON.stringify(await readJsonFile(path)), /"must be JSON that PostgreSQL can store; got .*utf-8/);
});

test("what PostgreSQL could store but is nested too deeply is not said to be wrong for PostgreSQL", async () => {
  const path = join(createFolder(), "file");
  for (const [text, problem] of [
    [`${"[".repeat(201)}${"]".repeat(201)}`, "must be JSON nested at most 200 levels deep; got more"],
    ["1e10001", "must be JSON with exponents from -10000 to 10000; got 1e10001"],
    ['"\\u0000"', "must be JSON that PostgreSQL can store; got a string with \\u0000"],
  ] as const) {
    await files.writeFile(path, text);
    assert.deepEqual(await readJsonFile(path), { problem });
  }
  for (const text of [`${"[".repeat(200)}${"]".repeat(200)}`, "1e10000", "1e-10000"]) {
    await files.writeFile(path, text);
    assert.ok("value" in ((await readJsonFile(path)) ?? {}), text);
  }
});
