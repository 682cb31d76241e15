import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createFolder } from "../../tests/support/createFolder.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { runProgram } from "../runProgram.ts";
import { enterCallersFolder, findCallersFolder } from "./callersFolder.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const folder = createFolder({
  "pages.sql": "create table pages (id bigint primary key); insert into pages values (1)",
  "work.sh": "pwd > here",
});
const database = await createTestDatabase();

test("the paths of npm start are relative to the folder in which npm is called", { timeout: 60_000 }, async () => {
  const options = ["--sql", "pages.sql", "--table", "pages", "--kind", "page", "--command", "sh work.sh"];
  const { exitCode, stdout, stderr } = await runProgram("npm", ["--prefix", ROOT, "start", "--", ...options], {
    cwd: folder,
    env: { ...process.env, DATABASE_URL: database.url() },
  });
  assert.equal(exitCode, 0, stdout + stderr);
  const { stdout: here } = await runProgram("cat", ["here"], { cwd: folder });
  assert.equal(here.trim(), folder);
});

test("another package's script that starts it stays in its own folder", () => {
  assert.equal(findCallersFolder({ INIT_CWD: "/project", npm_package_json: "/project/package.json" }), undefined);
  assert.equal(findCallersFolder({ INIT_CWD: "/project" }), undefined);
});

test("a folder that cannot be entered, as root's home by another user, is named", () => {
  const env = { INIT_CWD: join(folder, "gone"), npm_package_json: join(ROOT, "package.json") };
  assert.throws(
    () => enterCallersFolder(env),
    /^UsageError: the folder in which npm is called must .*; got .*gone: ENOENT$/,
  );
});
