import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runCommandAttempt } from "../../../tests/support/commandAttempt.ts";
import { createFolder } from "../../../tests/support/createFolder.ts";
import { explainStart, findMachineMismatch, isTransient } from "./explainStart.ts";

const folder = createFolder();

/** An executable file. */
function program(name: string, content: string | Buffer, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

/** `/bin/true` with a changed ELF header. */
function elf(change: (bytes: Buffer) => void): Buffer {
  const bytes = readFileSync("/bin/true");
  change(bytes);
  return bytes;
}

const muslProgram = elf((bytes) => bytes.write("/lib/ld-none.so", bytes.indexOf("/lib64/ld-linux"), "latin1"));
const foreign = process.arch === "x64" ? { number: 183, name: "arm64" } : { number: 62, name: "x64" };
const foreignProgram = elf((bytes) => bytes.writeUInt16LE(foreign.number, 18));
mkdirSync(join(folder, "folder"));

const REASONS: readonly (readonly [command: readonly string[], message: string | RegExp])[] = [
  [[], "cannot start the command: it is empty"],
  [[""], "cannot start the command: it is empty"],
  [["nope"], "cannot start nope: the image has no such program in its PATH"],
  [["/no/such/file"], "cannot start /no/such/file: the image has no such file"],
  [["/etc/passwd/x"], "cannot start /etc/passwd/x: the image has no such file"],
  [[join(folder, "folder")], /folder: .*\/folder is a directory$/],
  [[program("plain", "#!/bin/sh\n", 0o644)], /plain is not executable for user \d+$/],
  [[program("py", "#!/opt/python9 -u\n")], /has no "\/opt\/python9", which the first line of .*\/py requires$/],
  [
    [program("refused", `#!${program("no-interpreter", "", 0o644)}\n`)],
    /refused requires, is not executable for user \d+$/,
  ],
  [[program("crlf", "#!/bin/sh\r\ntrue\r\n")], /has no "\/bin\/sh\\r", which the first line/],
  [[program("musl", muslProgram)], /has no loader for .*\/musl \(is it built for another C library\?\)$/],
  [
    [program("foreign", foreignProgram)],
    new RegExp(`/foreign is built for ${foreign.name}, and this node is ${process.arch}$`),
  ],
  [["true", "x".repeat(3_000_000)], "cannot start true: its arguments and its environment are too long"],
  [["true", "a\0b"], /^cannot start true: .*null bytes/],
];

for (const [command, message] of REASONS) {
  test(`a request whose command cannot be started is DEAD at once, with the reason: ${message}`, async () => {
    const { result, stderr } = await runCommandAttempt({ command });
    assert.ok(result.outcome === "failed" && result.final, JSON.stringify(result));
    if (typeof message === "string") assert.equal(result.message, message);
    else assert.match(result.message, message);
    assert.doesNotMatch(result.message, /undefined/);
    assert.ok(stderr.length < 2_000);
  });
}

test("a program in a folder that its user may not enter is not called missing", async () => {
  // For root there is no such folder.
  const refused = Object.assign(new Error("spawn EACCES"), { code: "EACCES" });
  const user = process.getuid?.();
  for (const [command, reason] of [
    ["/hidden/work", `user ${user} may not enter the folder in which it should be`],
    ["hidden-work", `the image has no such program in its PATH, of which user ${user} may not enter every folder`],
  ] as const) {
    assert.equal(await explainStart([command], refused, undefined), `cannot start ${command}: ${reason}`);
  }
});

test("what the packaged runner's folder hides or replaces of the image is given as the reason", async () => {
  const missing = Object.assign(new Error("spawn ENOENT"), { code: "ENOENT" });
  const why = "what the image itself has in /batch is hidden or replaced by the runner: put it into another folder";
  const script = program("hidden-interpreter", "#!/batch/venv/bin/python\n");
  for (const [command, path, what] of [
    ["/batch/run.sh", undefined, "there is no such file"],
    ["hidden-work", "/bin:/batch/bin", "there is no such program in its PATH"],
    [script, undefined, `there is no "/batch/venv/bin/python", which the first line of ${script} requires`],
  ] as const) {
    assert.equal(await explainStart([command], missing, path, "/batch"), `cannot start ${command}: ${what}; ${why}`);
  }
  assert.doesNotMatch(await explainStart(["/batches/run.sh"], missing, undefined, "/batch"), /runner/);
  assert.doesNotMatch(await explainStart(["/batch/run.sh"], missing, undefined), /runner/);
});

test("a start that fails because the node lacks something, or cannot read its disk, may succeed at a later attempt", () => {
  for (const code of ["EAGAIN", "ENOMEM", "EMFILE", "EIO", "ESTALE"]) {
    assert.equal(isTransient(Object.assign(new Error(`spawn ${code}`), { code })), true, code);
  }
});

test("a script without a #! line is run by /bin/sh, as execvp(3) does", async () => {
  const { stdout } = await runCommandAttempt({ command: [program("script", "echo ran $1\n"), "well"] });
  assert.equal(stdout.toString(), "ran well\n");
});

test("the program is searched for in the command's PATH", async () => {
  program("only-here", "#!/bin/sh\necho found\n");
  const { stdout } = await runCommandAttempt({ command: ["only-here"], env: { PATH: `${folder}:/bin` } });
  assert.equal(stdout.toString(), "found\n");
});

test("a program for another processor that the node emulates has its own exit codes", async () => {
  const path = join(folder, "foreign");
  for (const own of [
    "panic: runtime error: index out of range",
    "work: input.csv not found",
    `${path}: input.csv not found`,
    "sh: 1: work: not found",
    `Traceback:\nSyntaxError: invalid syntax`,
  ]) {
    assert.equal(await findMachineMismatch([path], undefined, { code: 2, stderr: own }), undefined, own);
  }
  for (const shells of [
    `${path}: 1: \u007fELF: not found\n${path}: 2: Syntax error: "(" unexpected`,
    `${path}: ${path}: cannot execute binary file`,
    `${path}: line 1: syntax error: unexpected "("`,
  ]) {
    assert.match((await findMachineMismatch([path], undefined, { code: 2, stderr: shells })) ?? "", /is built for/);
  }
  const missing = { code: 127, stderr: `${path}: 1: work: not found` };
  assert.equal(await findMachineMismatch([path, "-c", "work"], undefined, missing, path), undefined);
});
