import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { createFolder } from "../tests/support/createFolder.ts";
import { until } from "../tests/support/until.ts";
import { lockDirectory } from "./lockDirectory.ts";
import { getProcess, type ProcessIdentity } from "./processIdentity.ts";
import { startProcess } from "./startProcess.ts";

const base = createFolder();

const LOCK = new URL("./lockDirectory.ts", import.meta.url).href;

/** A process that reports whether it has taken the lock, and keeps it until it is killed. */
const TAKE = `
  const { lockDirectory } = await import(${JSON.stringify(LOCK)});
  await lockDirectory(process.argv[1]).then(() => console.log("taken"), (error) => console.log(error.message));
  setTimeout(() => undefined, 60_000);`;

/** A directory that the run of this process has locked. */
async function locked(name: string, run: Partial<ProcessIdentity>): Promise<string> {
  const directory = join(base, name);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "run.pid"), JSON.stringify(run));
  return directory;
}

describe("lockDirectory", { timeout: 60_000 }, () => {
  test("creates the directory, and with undo removes what it created, except directories in use", async () => {
    const lock = await lockDirectory(join(base, "a", "b"));
    assert.deepEqual(lock.created, [join(base, "a"), join(base, "a", "b")]);
    await writeFile(join(base, "a", "file"), "");
    await lock.release({ undo: true });
    assert.deepEqual(await readdir(join(base, "a")), ["file"]);
  });

  test("lets exactly one of many processes have a directory whose run is dead", async () => {
    for (let round = 0; round < 3; round++) {
      const directory = await locked("race", { pid: process.pid, started: "long ago" });
      const runs = Array.from({ length: 5 }, () =>
        startProcess(process.execPath, ["-e", TAKE, directory], { env: process.env }),
      );
      await until("every answer", () => runs.every((run) => run.outputTail().endsWith("\n")));
      for (const run of runs) run.kill("SIGKILL");
      await Promise.all(runs.map((run) => run.ended));
      const answers = runs.map((run) => run.outputTail().trim());
      assert.equal(answers.filter((answer) => answer === "taken").length, 1, answers.join("\n"));
      assert.equal(answers.filter((answer) => /must not be in use by another run/.test(answer)).length, 4);
    }
  });

  test("refuses one whose run is alive, with its process, and changes nothing", async () => {
    const directory = await locked("alive", getProcess(process.ppid) ?? {});
    const message = new RegExp(`not be in use by another run .*; got process ${process.ppid}\\.`);
    await assert.rejects(lockDirectory(directory), message);
    assert.deepEqual(await readdir(directory), ["run.pid"]);
  });

  test("refuses one that a run of another container has locked, whose process cannot be seen here", {
    skip: process.platform !== "linux",
  }, async () => {
    // In its own PID namespace each has the same number.
    const elsewhere = { ...getProcess(process.pid), namespace: "pid:[1]" };
    const directory = await locked("shared", elsewhere);
    const holder = `process ${process.pid} of another container`;
    const message = new RegExp(`got ${holder}, .*; if it was killed, remove ${directory}/run\\.pid$`);
    await assert.rejects(lockDirectory(directory), message);
    await locked("shared", { ...elsewhere, started: "before a reboot" });
    await (await lockDirectory(directory)).release();
  });

  test("knows the run that abandoned it", async () => {
    const directory = await locked("abandoned", { pid: 1, started: "long ago" });
    const lock = await lockDirectory(directory);
    assert.equal(lock.abandonedBy, 1);
    await lock.release();
    assert.deepEqual(await readdir(directory), []);
  });

  test("says why a directory cannot be used", async () => {
    await assert.rejects(lockDirectory("/proc/nowhere/x"), /^Error: cannot create the folder \/proc\/nowhere\/x: /);
    await assert.rejects(lockDirectory("/proc/self/fd"), /^Error: cannot write to the folder \/proc\/self\/fd: /);
  });
});
