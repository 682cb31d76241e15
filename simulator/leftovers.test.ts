import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { removeLeftovers } from "./leftovers.ts";
import { getProcess } from "./processIdentity.ts";
import type { RunMarker } from "./tempDirectory.ts";

const base = await mkdtemp(join(tmpdir(), "leftovers-"));
after(() => rm(base, { recursive: true }));

async function leave(name: string, run: RunMarker["run"]): Promise<void> {
  const path = join(base, name);
  await mkdir(path);
  await writeFile(join(path, "run.json"), JSON.stringify({ run, socket: path, data: join(path, "data") }));
}

test("what a dead run left is removed; what one of another container uses, whose process cannot be seen here, stays", {
  skip: process.platform !== "linux",
}, async () => {
  const own = getProcess(process.pid);
  assert.ok(own);
  const ended = { ...own, pid: 2 ** 30 };
  await leave("postgres-batch-killed", ended);
  await leave("postgres-batch-reboot", { ...ended, started: "before a reboot", namespace: "pid:[1]" });
  await leave("postgres-batch-shared", { ...ended, namespace: "pid:[1]" });
  process.env.TMPDIR = base;
  const lines = await removeLeftovers();
  assert.equal(lines.filter((line) => line.includes(base)).length, 2, lines.join("\n"));
  assert.deepEqual(await readdir(base), ["postgres-batch-shared"]);
});
