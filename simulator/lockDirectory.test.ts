import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { getOutput } from "../cli/getOutput.ts";
import { lockDirectory } from "./lockDirectory.ts";
import { getProcess } from "./processIdentity.ts";

const base = await mkdtemp(join(tmpdir(), "lock-"));
after(() => rm(base, { recursive: true }));

const LOCK = new URL("./lockDirectory.ts", import.meta.url).href;

/** A process that takes the lock, says so, and keeps it for a second. */
const TAKE = `
  const { lockDirectory } = await import(${JSON.stringify(LOCK)});
  await lockDirectory(process.argv[1]).then(() => console.log("taken"), () => console.log("refused"));
  setTimeout(() => undefined, 1_000);`;

describe("lockDirectory", { timeout: 60_000 }, () => {
  test("creates the directory, and with undo removes what it created, but nothing that is used", async () => {
    const lock = await lockDirectory(join(base, "a", "b"));
    assert.deepEqual(lock.created, [join(base, "a"), join(base, "a", "b")]);
    await writeFile(join(base, "a", "file"), "");
    await lock.release({ undo: true });
    assert.deepEqual(await readdir(join(base, "a")), ["file"]);
  });

  test("lets exactly one of many processes have a directory whose run is dead", async () => {
    const directory = join(base, "race");
    await (await lockDirectory(directory)).release();
    for (let round = 0; round < 3; round++) {
      await writeFile(join(directory, "run.pid"), JSON.stringify({ pid: process.pid, started: "long ago" }));
      const runs = Array.from({ length: 6 }, () => getOutput(process.execPath, ["-e", TAKE, directory]));
      assert.deepEqual((await Promise.all(runs)).sort(), [...Array(5).fill("refused\n"), "taken\n"]);
    }
  });

  test("refuses one whose run is alive, with its process, and changes nothing", async () => {
    const directory = join(base, "alive");
    await (await lockDirectory(directory)).release();
    await writeFile(join(directory, "run.pid"), JSON.stringify(getProcess(process.ppid)));
    await assert.rejects(lockDirectory(directory), new RegExp(`no other run's use .*; got process ${process.ppid}\\.`));
    assert.deepEqual(await readdir(directory), ["run.pid"]);
  });

  test("knows the run that abandoned it", async () => {
    const directory = join(base, "abandoned");
    await (await lockDirectory(directory)).release();
    await writeFile(join(directory, "run.pid"), JSON.stringify({ pid: 1, started: "long ago" }));
    const lock = await lockDirectory(directory);
    assert.equal(lock.abandonedBy, 1);
    await lock.release();
    assert.deepEqual(await readdir(directory), []);
  });

  test("says why a directory cannot be had", async () => {
    await assert.rejects(lockDirectory("/proc/nowhere/x"), /^Error: cannot create the folder \/proc\/nowhere\/x: /);
    await assert.rejects(lockDirectory("/proc/self/fd"), /^Error: cannot write to the folder \/proc\/self\/fd: /);
  });
});
