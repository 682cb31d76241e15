import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import pg from "pg";
import { createCommand } from "../../tests/support/command.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { until } from "../../tests/support/until.ts";

const { home, start, processes, left } = await createCommand("cli/start/main.ts");

describe("npm start", { timeout: 180_000, concurrency: 1 }, () => {
  test("runs every request as its own Job, none idle, and tells it in one object", async () => {
    const { exitCode, stdout } = await start("--requests 6 --seconds 0.2 --max-replica-count 3 --json").ended;
    const { seconds, ...result } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    assert.deepEqual(result, { requests: 6, success: 6, dead: 0, jobs: 6, idleJobs: 0, peakJobs: 3, attempts: 6 });
    assert.ok(seconds > 0.4);
    assert.equal(exitCode, 0);
  });

  test("retries on the same Job; what asks for too many failures is DEAD, as it should", async () => {
    const retried = await start("--requests 2 --seconds 0 --failures 2 --backoff-seconds 0.1 --json").ended;
    assert.match(retried.stdout, /"success":2,"dead":0,"jobs":2,"idleJobs":0,"peakJobs":2,"attempts":6/);
    assert.equal(retried.exitCode, 0);
    const dead = await start("--requests 1 --seconds 0 --failures 9 --backoff-limit 1 --backoff-seconds 0.1 --json")
      .ended;
    assert.match(dead.stdout, /"success":0,"dead":1,"jobs":1,"idleJobs":0,"peakJobs":1,"attempts":2/);
    assert.equal(dead.exitCode, 0);
  });

  test("a Job works through several requests when it may", async () => {
    const { stdout } = await start("--requests 9 --seconds 0 --requests-per-job 3 --json").ended;
    assert.match(stdout, /"success":9,"dead":0,"jobs":3,"idleJobs":0/);
  });

  test("loses nothing when pods are killed", async () => {
    const { stdout, exitCode } = await start(
      "--requests 10 --seconds 0.5 --kill-every 0.7 --backoff-seconds 0.2 --json",
    ).ended;
    const { success, dead, attempts } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    assert.equal(success + dead, 10);
    assert.ok(attempts >= 10);
    assert.equal(exitCode, 0);
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    test(`${signal} leaves no process, no server and no folder behind`, async () => {
      const run = start("--requests 10 --seconds 60");
      await until("pods run", () => /running 10/.test(run.output()));
      assert.ok((await processes()).length > 10);
      run.child.kill(signal);
      assert.equal((await run.ended).exitCode, 130);
      assert.deepEqual(await processes(), []);
      assert.deepEqual(await left(), []);
    });
  }

  test("Ctrl-C while PostgreSQL starts leaves nothing behind, and no error", async () => {
    const run = start("--requests 10 --seconds 60", {}, { ownGroup: true });
    await until("it starts", () => /Starting PostgreSQL/.test(run.output()));
    process.kill(-(run.child.pid as number), "SIGINT");
    const { exitCode, stderr } = await run.ended;
    assert.equal(exitCode, 130, stderr);
    assert.deepEqual(await processes(), []);
    assert.deepEqual(await left(), []);
  });

  test("a kept database goes on where it stopped", async () => {
    const folder = join(home, "kept");
    const first = start(`--requests 4 --seconds 1 --max-replica-count 2 --keep ${folder}`);
    await until("half is done", () => /done [12]/.test(first.output()));
    first.child.kill("SIGINT");
    assert.equal((await first.ended).exitCode, 130);
    const second = await start(`--keep ${folder} --json`).ended;
    assert.match(second.stderr, /Going on with [23] unfinished requests/);
    assert.match(second.stderr, /--keep \S+ --look/);
    assert.match(second.stdout, /"requests":[23],"success":[23],"dead":0/);
    const look = start(`--keep ${folder} --look`);
    await until("it serves", () => /Serving until Ctrl-C/.test(look.output()));
    const host = /--host=(\S+)/.exec(look.output())?.[1];
    const client = new pg.Client({ host, user: "postgres", database: "postgres" });
    await client.connect();
    const { rows } = await client.query("select count(*) from clap where status = 'SUCCESS'");
    await client.end();
    assert.deepEqual(rows, [{ count: "4" }]);
    const other = await start(`--keep ${folder} --look`).ended;
    assert.equal(other.exitCode, 1);
    assert.match(other.stderr, /kept must be in no other run's use .*; got process \d+/);
    look.child.kill("SIGINT");
    assert.equal((await look.ended).exitCode, 0);
  });

  test("DATABASE_URL is used instead, and its password is never printed", async () => {
    const { name, query } = await createTestDatabase();
    const { PG_HOST, PG_PORT, PG_USERNAME } = process.env;
    const url = `postgresql://${PG_USERNAME}:hunter2@/${name}?host=${encodeURIComponent(PG_HOST ?? "")}&port=${PG_PORT}`;
    const { exitCode, stdout, stderr } = await start("--requests 2 --seconds 0", { DATABASE_URL: url }).ended;
    assert.equal(exitCode, 0, stdout + stderr);
    assert.doesNotMatch(stdout + stderr, /hunter2/);
    assert.deepEqual(await query("select count(*) from clap where status = 'SUCCESS'"), [{ count: "2" }]);
  });

  const wrongUrls: readonly (readonly [string, RegExp])[] = [
    ["mysql://u@h/d", /^DATABASE_URL must be postgresql:.*; got another scheme$/m],
    ["postgresql://u@h/d?sslmode=verify-full", /^DATABASE_URL must ask for no TLS .*; got sslmode=verify-full/m],
    ["postgresql://u@127.0.0.1:1/d", /^DATABASE_URL must lead to a database .*; got .*ECONNREFUSED/m],
  ];
  for (const [url, message] of wrongUrls) {
    test(`is refused, by name, a DATABASE_URL like ${url}`, async () => {
      const { exitCode, stderr } = await start("--requests 1", { DATABASE_URL: url }).ended;
      assert.equal(exitCode, 1);
      assert.match(stderr, message);
    });
  }

  test("wrong options end 64 before anything is started", async () => {
    const { exitCode, stderr, stdout } = await start("--requests -1").ended;
    assert.equal(exitCode, 64);
    assert.match(stderr, /^--requests must be a whole number from 0 to 100000 \(each is a process\); got "-1"\n$/);
    assert.equal(stdout, "");
  });

  test("--help tells every option with its range", async () => {
    const { exitCode, stdout } = await start("--help").ended;
    assert.equal(exitCode, 0);
    assert.match(stdout, /--max-replica-count <N>[^(]*\(1 to\s+200;\s+default 10\)/);
  });
});
