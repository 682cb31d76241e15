import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runCommandAttempt, runScript } from "../../../tests/support/commandAttempt.ts";
import { createFolder } from "../../../tests/support/createFolder.ts";
import { replaceFiles } from "../../../tests/support/replaceFiles.ts";
import { checkDirectory, createAttemptFolder } from "./attemptFolder.ts";

test("the row is on stdin and in the file, as PostgreSQL wrote it, with the end of a line", async () => {
  const row = '{"id": 9007199254740993, "price": 1.10, "name": "né\\u00e9 \\"x\\""}';
  const { stdout } = await runScript("cat; cat $BATCH_REQUEST_FILE; cat /dev/stdin", { row });
  assert.equal(stdout.toString(), `${row}\n${row}\n${row}\n`);
});

test("a shell can read the row as a line, also in a loop", async () => {
  for (const script of ["set -e; read -r row; echo $row", 'while read -r row; do echo "$row"; done']) {
    const { result, stdout } = await runScript(script, { row: '{"id": 1}' });
    assert.deepEqual([result, stdout.toString()], [{ outcome: "succeeded" }, '{"id": 1}\n']);
  }
});

test("stdin is a file, which can be read again from its start", async () => {
  const script = "test -f /dev/stdin && cat > /dev/null && cat /dev/stdin";
  const { stdout } = await runScript(script, { row: '{"id": 1}' });
  assert.equal(stdout.toString().trim(), '{"id": 1}');
});

test("a row of 10 MB works, read or not", async () => {
  const row = JSON.stringify({ text: "é".repeat(5_000_000) });
  const read = await runScript("wc -c; wc -c < $BATCH_REQUEST_FILE", { row });
  assert.deepEqual(read.stdout.toString().match(/\d+/g), ["10000012", "10000012"]);
  const ignored = await runCommandAttempt({ row, command: ["true"] });
  assert.deepEqual(ignored.result, { outcome: "succeeded" });
});

test("only the runner's user can read the attempt's files", async () => {
  const folder = await createAttemptFolder(createFolder(), "{}", null);
  assert.equal(statSync(folder.path).mode & 0o777, 0o700);
});

test("a folder that cannot be written fails the attempt, which may succeed on another node", async () => {
  const directory = createFolder();
  writeFileSync(join(directory, "file"), "");
  for (const unusable of ["missing", "file", "file/below"]) {
    const { result } = await runCommandAttempt({ command: ["true"], directory: join(directory, unusable) });
    assert.ok(result.outcome === "failed" && !result.final);
    assert.match(result.message, /^cannot run the command: (ENOENT|ENOTDIR)/);
  }
});

test("a folder that is read-only is refused at the start; one whose disk is full or fails is not", async (t) => {
  let code = "";
  replaceFiles(t, { mkdtemp: (): Promise<never> => Promise.reject(Object.assign(new Error(code), { code })) });
  for (code of ["EROFS", "EACCES", "EPERM", "ENOENT"]) {
    const refused = `^COMMAND_DIRECTORY, .* must be an existing, writable folder .*; got "/batch-files" \\(${code}\\)$`;
    await assert.rejects(checkDirectory("/batch-files"), { name: "SettingsError", message: new RegExp(refused) });
  }
  for (code of ["ENOSPC", "EDQUOT", "EIO"]) await checkDirectory("/batch-files");
});
