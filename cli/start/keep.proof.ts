import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import pg from "pg";
import { createCommand, type Run } from "../../tests/support/command.ts";
import { until } from "../../tests/support/until.ts";
import { getOutput } from "../getOutput.ts";

const { start } = await createCommand("cli/start/main.ts");
const folders = await mkdtemp(join(tmpdir(), "keep it's "));
after(() => rm(folders, { recursive: true, force: true }));

/** A database with two finished requests; each test damages its own copy. */
const template = join(folders, "template");
assert.equal((await start(["--keep", template, "--requests", "2", "--seconds", "0"]).ended).exitCode, 0);

async function copy(name: string): Promise<string> {
  const folder = join(folders, name);
  // cp -a keeps the owner, which PostgreSQL insists on.
  await getOutput("cp", ["-a", template, folder]);
  return folder;
}

/** Connects by the run's psql line, as a shell parses it. */
async function connect(run: Run): Promise<pg.Client> {
  await until("it serves", () => /Serving until Ctrl-C/.test(run.output()), { timeoutMs: 60_000 });
  const client = new pg.Client({
    host: /--host=(\S+)/.exec(run.output())?.[1],
    user: "postgres",
    database: "postgres",
  });
  await client.connect();
  return client;
}

describe("npm start --keep", { timeout: 600_000, concurrency: 1 }, () => {
  test("resumes where it stopped, prints a command to paste, and lets no other run use the folder meanwhile", async () => {
    const folder = join(folders, "kept");
    const first = start(["--requests", "4", "--seconds", "1", "--max-replica-count", "2", "--keep", folder]);
    await until("half is done", () => /done [12]/.test(first.output()), { timeoutMs: 60_000 });
    first.child.kill("SIGINT");
    assert.equal((await first.ended).exitCode, 130);
    const second = await start(["--keep", folder, "--json"]).ended;
    const [, left] = /^Resuming (\d) unfinished requests?\.$/m.exec(second.stderr) ?? [];
    assert.match(second.stdout, new RegExp(`"requests":${left},"success":${left},"dead":0`));
    const [, line = ""] = /^(npm start -- --keep .* --serve)$/m.exec(second.stderr) ?? [];
    assert.equal(
      await getOutput("sh", ["-c", `printf %s\\\\n ${line}`]),
      `npm\nstart\n--\n--keep\n${folder}\n--serve\n`,
    );

    const serving = start(["--keep", folder, "--serve"]);
    const client = await connect(serving);
    const { rows } = await client.query("select count(*) from clap where status = 'SUCCESS'");
    await client.end();
    assert.deepEqual(rows, [{ count: "4" }]);
    const other = await start(["--keep", folder, "--serve"]).ended;
    assert.equal(other.exitCode, 1);
    assert.match(other.stderr, /kept must not be in use by another run .*; got process \d+/);
    serving.child.kill("SIGINT");
    assert.equal((await serving.ended).exitCode, 0);
  });

  const damages: readonly (readonly [title: string, damage: (data: string) => Promise<unknown>, reason: RegExp])[] = [
    [
      "data of another major version",
      (data) => writeFile(join(data, "PG_VERSION"), "17\n"),
      /cannot start PostgreSQL .*FATAL: .*incompatible with server.*initialized by PostgreSQL version 17/s,
    ],
    [
      "a missing configuration",
      (data) => rename(join(data, "postgresql.conf"), join(data, "elsewhere")),
      /cannot start PostgreSQL .*could not access the server configuration file .*No such file/s,
    ],
    [
      "a damaged WAL",
      (data) => getOutput("sh", ["-c", 'for f in "$0"/pg_wal/0*; do head -c 99999 /dev/zero > "$f"; done', data]),
      /cannot start PostgreSQL .*PANIC: .*could not locate a valid checkpoint record/s,
    ],
    [
      "a missing control file",
      (data) => rm(join(data, "global", "pg_control")),
      /cannot start PostgreSQL .*could not find the database system|could not open file "global\/pg_control"/s,
    ],
  ];
  for (const [title, damage, reason] of damages) {
    test(`with ${title} prints the server's reason, and leaves the folder unlocked`, async () => {
      const folder = await copy(title);
      await damage(join(folder, "data"));
      const { exitCode, stderr } = await start(["--keep", folder]).ended;
      assert.match(stderr, reason);
      assert.equal(exitCode, 1);
      await assert.rejects(stat(join(folder, "run.pid")), { code: "ENOENT" });
    });
  }

  test("trusts neither a run.pid nor a postmaster.pid whose number has become another process's", async () => {
    const folder = await copy("stale");
    for (const text of [String(process.ppid), JSON.stringify({ pid: process.ppid, started: "long ago" }), "{", ""]) {
      await writeFile(join(folder, "run.pid"), text);
      await writeFile(
        join(folder, "data", "postmaster.pid"),
        `${process.ppid}\n${folder}/data\n1\n5432\n/tmp\n\n1 2\nready\n`,
      );
      const { exitCode, stderr } = await start(["--keep", folder, "--requests", "1", "--seconds", "0"]).ended;
      assert.equal(exitCode, 0, stderr);
    }
  });

  test("after SIGKILL stops the server that still runs, and resumes", async () => {
    const folder = await copy("killed");
    const killed = start(["--keep", folder, "--requests", "2", "--seconds", "8"]);
    await until("pods run", () => /running 2/.test(killed.output()), { timeoutMs: 60_000 });
    killed.child.kill("SIGKILL");
    await killed.ended;
    const { exitCode, stdout, stderr } = await start(["--keep", folder, "--json"]).ended;
    assert.match(stderr, /^Removed what a killed run/m);
    assert.match(stdout, /"requests":2,"success":2/);
    assert.equal(exitCode, 0);
  });

  test("ends at once when an insert fails for lack of disk space, with that reason, and stops the server", async () => {
    const folder = await copy("full");
    const serving = start(["--keep", folder, "--serve"]);
    const client = await connect(serving);
    await client.query(`
      create function no_space() returns trigger language plpgsql as $$
      begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
      create trigger no_space before insert on make_it_clap execute function no_space()`);
    await client.end();
    serving.child.kill("SIGINT");
    await serving.ended;
    const began = Date.now();
    const { exitCode, stderr } = await start(["--keep", folder, "--requests", "9"]).ended;
    assert.match(stderr, /^could not extend file: No space left on device$/m);
    assert.equal(exitCode, 1);
    assert.ok(Date.now() - began < 30_000);
    await assert.rejects(stat(join(folder, "data", "postmaster.pid")), { code: "ENOENT" });
  });

  describe("on a folder that it refuses", () => {
    const refused: readonly (readonly [title: string, make: (folder: string) => Promise<unknown>, reason: RegExp])[] = [
      [
        "with other files in the database's place",
        async (folder) => {
          await mkdir(join(folder, "data"), { recursive: true });
          await writeFile(join(folder, "data", "thesis.tex"), "");
        },
        /data must be a PostgreSQL data directory, empty, or absent .*; got other files/,
      ],
      [
        "that is a PostgreSQL data directory itself",
        (folder) => cp(join(template, "data"), folder, { recursive: true }),
        /must be a folder that npm start --keep made, or a new one; got a PostgreSQL data directory/,
      ],
      ["that is a file", (folder) => writeFile(folder, ""), /must be a folder .*; got a file/],
    ];
    for (const [title, make, reason] of refused) {
      test(`${title} changes nothing: no file, no owner, no time`, async () => {
        const folder = join(folders, `refused ${title}`);
        await make(folder);
        const list = () => getOutput("find", [folder, "-printf", "%p %u %g %m %s %T@\n"]);
        const before = await list();
        const { exitCode, stderr } = await start(["--keep", folder]).ended;
        assert.match(stderr, reason);
        assert.equal(exitCode, 1);
        assert.equal(await list(), before);
      });
    }

    test("because of TMPDIR leaves no new folder", async () => {
      const folder = join(folders, "a", "b");
      const { stderr } = await start(["--keep", folder], { TMPDIR: "/nowhere" }).ended;
      assert.match(stderr, /^cannot create a folder in TMPDIR \(\/nowhere\): /m);
      await assert.rejects(stat(join(folders, "a")), { code: "ENOENT" });
    });
  });
});

describe("npm start --keep, by root", { timeout: 600_000, concurrency: 1 }, () => {
  const USER = 4_321;
  /** If the tests do not run as root, the user's folder stays the user's. */
  const isRoot = process.getuid?.() === 0;

  test("on a user's folder, or below one, leaves the user the owner of everything in it", async () => {
    const parent = join(folders, "user's home");
    await mkdir(join(parent, "there"), { recursive: true });
    if (isRoot) await getOutput("chown", ["-R", `${USER}:${USER}`, parent]);
    const owner = isRoot ? USER : process.getuid?.();
    for (const name of ["there", "new", "deep/er"]) {
      const folder = join(parent, name);
      const { exitCode, stderr } = await start(["--keep", folder, "--requests", "1", "--seconds", "0"]).ended;
      assert.equal(exitCode, 0, stderr);
    }
    const owners = await getOutput("find", [parent, "-printf", "%U\n"]);
    assert.deepEqual([...new Set(owners.trim().split("\n"))], [String(owner)]);
    assert.match(await readFile(join(parent, "there", "data", "PG_VERSION"), "utf8"), /^\d+/);
  });
});
