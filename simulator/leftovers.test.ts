import assert from "node:assert/strict";
import fs from "node:fs";
import { chmod, chown, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { createFolder } from "../tests/support/createFolder.ts";
import { findServer, removeLeftovers } from "./leftovers.ts";
import { getProcess, type ProcessIdentity } from "./processIdentity.ts";
import { startServer } from "./server.ts";
import { UNPRIVILEGED } from "./serverUser.ts";
import type { RunMarker } from "./tempDirectory.ts";

const base = createFolder();
process.env.TMPDIR = base;

/** A run that has ended. */
const ended = { ...(getProcess(process.pid) as ProcessIdentity), pid: 2 ** 30 };

async function leave(name: string, run: RunMarker["run"]): Promise<void> {
  const path = join(base, name);
  await mkdir(path);
  await writeFile(join(path, "run.json"), JSON.stringify({ run, socket: path, data: join(path, "data") }));
}

test("what a dead run left is removed; what one of another container uses, whose process cannot be seen here, stays", {
  skip: process.platform !== "linux",
}, async () => {
  await leave("postgres-batch-killed", ended);
  await leave("postgres-batch-reboot", { ...ended, started: "before a reboot", namespace: "pid:[1]" });
  await leave("postgres-batch-shared", { ...ended, namespace: "pid:[1]" });
  const lines = await removeLeftovers();
  assert.equal(lines.filter((line) => line.includes(base)).length, 2, lines.join("\n"));
  assert.deepEqual(await readdir(base), ["postgres-batch-shared"]);
});

test("a directory that another run removes meanwhile does not hide the others", {
  skip: process.platform !== "linux",
}, async (t) => {
  await leave("postgres-batch-behind", ended);
  const { readdirSync } = fs;
  const list = (path: fs.PathLike) => ["postgres-batch-absent", ...readdirSync(path)];
  const { mock } = t.mock.method(fs, "readdirSync", list as typeof readdirSync);
  syncBuiltinESMExports();
  t.after(() => {
    mock.restore();
    syncBuiltinESMExports();
  });
  const lines = await removeLeftovers();
  assert.equal(lines.filter((line) => line.includes("postgres-batch-behind")).length, 1, lines.join("\n"));
});

test("another user recognizes the server that a run by root has started for it, and leaves its postmaster.pid", {
  skip: process.getuid?.() !== 0 && "only root starts a server for another user",
}, async () => {
  await mkdir(join(base, "kept"));
  await chown(join(base, "kept"), UNPRIVILEGED.uid, UNPRIVILEGED.gid);
  const server = await startServer({ durable: false, folder: join(base, "kept") });
  const data = join(base, "kept", "data");
  await chmod(base, 0o755);
  process.setegid?.(UNPRIVILEGED.gid);
  process.seteuid?.(UNPRIVILEGED.uid);
  try {
    const pid = await findServer(data);
    assert.equal(String(pid), (await readFile(join(data, "postmaster.pid"), "utf8")).split("\n")[0]);
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
    await server.stop();
  }
});
