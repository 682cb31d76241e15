import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createFolder } from "../tests/support/createFolder.ts";
import { checkFolder } from "./serverFolder.ts";

test("a folder below a file is refused as that, and one with a file in the database's place as that", async () => {
  const folder = createFolder();
  await checkFolder(join(folder, "new"));
  await writeFile(join(folder, "file"), "");
  const noDirectory = /^Error: cannot read .*file\/db\/data: ENOTDIR: not a directory/;
  await assert.rejects(checkFolder(join(folder, "file/db")), noDirectory);
  await mkdir(join(folder, "db"));
  await writeFile(join(folder, "db/data"), "");
  const otherFiles = /data must be a PostgreSQL data directory, .*; got other files/;
  await assert.rejects(checkFolder(join(folder, "db")), otherFiles);
});
