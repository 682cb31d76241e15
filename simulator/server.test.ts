import assert from "node:assert/strict";
import { cp, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describe, test } from "node:test";
import pg from "pg";
import { createFolder } from "../tests/support/createFolder.ts";
import { listProcesses, type ProcessEntry, readProcess } from "../worker/src/command/processTable.ts";
import { findServer } from "./leftovers.ts";
import { findPrograms } from "./postgresPrograms.ts";
import { isRunning } from "./processIdentity.ts";
import { type Server, startServer } from "./server.ts";
import { maySetSecureBits } from "./serverProcess.ts";
import { readMarker } from "./tempDirectory.ts";

const base = createFolder();

async function show({ host, user }: Server, setting: string): Promise<string> {
  const client = new pg.Client({ host, user, database: "postgres" });
  await client.connect();
  const { rows } = await client.query<{ value: string }>("select current_setting($1) as value", [setting]);
  await client.end();
  return rows[0]?.value ?? "";
}

describe("a server", { timeout: 120_000 }, () => {
  test("is reached only by its socket, restarts, and leaves nothing behind", async () => {
    const server = await startServer({ durable: false });
    assert.equal(await show(server, "listen_addresses"), "");
    assert.equal(await show(server, "fsync"), "off");
    const marker = readMarker(server.host);
    assert.ok(marker && isRunning(marker.run));
    for (const mode of ["fast", "immediate"] as const) {
      await server.restart(mode);
      assert.equal(await show(server, "port"), "5432");
    }
    await server.stop();
    await server.stop();
    await assert.rejects(readdir(server.host), { code: "ENOENT" });
  });

  test("starts from programs in a folder that only this user may enter; as root, whose server runs as another user, or says what to do", async () => {
    const { initdb } = await findPrograms();
    const native = join(base, "native");
    await cp(dirname(dirname(initdb)), native, { recursive: true, verbatimSymlinks: true });
    const bin = join(native, basename(dirname(initdb)));
    const programs = { initdb: join(bin, "initdb"), postgres: join(bin, "postgres") };
    if (process.getuid?.() === 0 && !maySetSecureBits()) {
      await assert.rejects(startServer({ durable: false, programs }), /may not enter this folder: move the checkout/);
    } else {
      const server = await startServer({ durable: false, programs });
      assert.equal(await show(server, "port"), "5432");
      await server.stop();
    }
    await rm(native, { recursive: true });
  });

  test("listens at the requested address, and reopens its database without a second line in pg_hba.conf", async () => {
    const listen = { address: "127.0.0.1", from: "127.0.0.1/32" };
    for (let start = 0; start < 2; start++) {
      const server = await startServer({ durable: true, folder: join(base, "kept"), listen });
      assert.equal(await show(server, "listen_addresses"), "127.0.0.1");
      await server.stop();
    }
    assert.deepEqual(await readdir(join(base, "kept")), ["data"]);
  });

  test("is found on its folder by any path, also after the folder was moved", {
    skip: process.platform !== "linux",
  }, async () => {
    const [folder, link, moved] = [join(base, "first"), join(base, "link"), join(base, "moved")];
    const server = await startServer({ durable: false, folder });
    const pid = await findServer(join(folder, "data"));
    assert.ok(pid);
    await symlink(folder, link);
    assert.equal(await findServer(join(link, "data")), pid);
    await rename(folder, moved);
    assert.equal(await findServer(join(moved, "data")), pid);
    await rename(moved, folder);
    await server.stop();
    for (const path of [folder, link]) await rm(path, { recursive: true });
  });

  test("whose processes are all stopped leaves none behind", { skip: process.platform !== "linux" }, async () => {
    const server = await startServer({ durable: false });
    const [line] = (await readFile(join(server.host, "data/postmaster.pid"), "utf8")).split("\n");
    const pid = Number(line);
    const processes = listProcesses().filter((each) => each.pid === pid || each.parent === pid);
    const isLeft = (each: ProcessEntry) => {
      const found = readProcess(each.pid);
      return found?.startTime === each.startTime && !found.ended;
    };
    assert.ok(processes.length > 3);
    for (const each of processes) process.kill(each.pid, "SIGSTOP");
    try {
      await server.stop();
      assert.deepEqual(processes.filter(isLeft), []);
    } finally {
      for (const each of processes.filter(isLeft)) process.kill(each.pid, "SIGKILL");
    }
  });

  test("that ends unexpectedly is reported even if its folder was cleaned up", async () => {
    const server = await startServer({ durable: false });
    await rm(join(server.host, "server.log"));
    const [pid] = (await readFile(join(server.host, "data/postmaster.pid"), "utf8")).split("\n");
    process.kill(Number(pid), "SIGKILL");
    assert.equal((await server.failed).message, "PostgreSQL ended: SIGKILL");
    await server.stop();
  });

  test("whose start is aborted before its database is complete leaves nothing behind", async () => {
    for (const delay of [0, 200, 600]) {
      const folder = join(base, "aborted");
      await assert.rejects(startServer({ durable: true, folder, signal: AbortSignal.timeout(delay) }));
      assert.deepEqual(await readdir(base), ["kept"]);
    }
  });
});
