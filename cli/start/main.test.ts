import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createCommand } from "../../tests/support/command.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { until } from "../../tests/support/until.ts";
import { getOutput } from "../getOutput.ts";

const { start, processes, leftovers } = await createCommand("cli/start/main.ts");
const shared = await createTestDatabase();
/** Without a server of its own, which takes longer to start than the requests to run. */
const SHARED = { DATABASE_URL: shared.url("postgres:hunter2") };

describe("npm start", { timeout: 600_000, concurrency: 1 }, () => {
  test("runs every request in its own Job, none idle, and reports the run in one object", async () => {
    const { exitCode, stdout } = await start("--requests 6 --seconds 0.2 --max-replica-count 3 --json").ended;
    const { seconds, ...result } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    assert.deepEqual(result, { requests: 6, success: 6, dead: 0, jobs: 6, idleJobs: 0, peakJobs: 3, attempts: 6 });
    assert.ok(seconds > 0.4);
    assert.equal(exitCode, 0);
    assert.deepEqual(await processes(), []);
    assert.deepEqual(await leftovers(), []);
  });

  test("retries on the same Job; a request that asks for too many failures is DEAD, as expected", async () => {
    const retried = await start("--requests 1 --seconds 0 --failures 2 --backoff-seconds 0.1 --json", SHARED).ended;
    assert.match(retried.stdout, /"success":1,"dead":0,"jobs":1,"idleJobs":0,"peakJobs":1,"attempts":3/);
    assert.equal(retried.exitCode, 0);
    const failing = "--requests 1 --seconds 0 --failures 9 --backoff-limit 1 --backoff-seconds 0.1 --json";
    const dead = await start(failing, SHARED).ended;
    assert.match(dead.stdout, /"success":0,"dead":1,"jobs":1,"idleJobs":0,"peakJobs":1,"attempts":2/);
    assert.match(dead.stderr, /^1 request: 0 SUCCESS, 1 DEAD \| 1 Job, .* \| 2 attempts \|/m);
    assert.equal(dead.exitCode, 0);
  });

  test("a Job works through several requests if allowed", async () => {
    const { stdout } = await start("--requests 9 --seconds 0 --requests-per-job 3 --json", SHARED).ended;
    assert.match(stdout, /"success":9,"dead":0,"jobs":3,"idleJobs":0/);
  });

  test("loses nothing when pods are killed at work", async () => {
    // Once started, a pod works without a pause for longer than the time between two kills.
    const load = "--requests 16 --seconds 1 --requests-per-job 8 --max-replica-count 2";
    const kills = "--kill-every 3 --backoff-limit 100 --backoff-seconds 0.2";
    const { stdout, exitCode } = await start(`${load} ${kills} --json`, SHARED).ended;
    const { success, dead, attempts } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    assert.deepEqual([success, dead, exitCode], [16, 0, 0]);
    const [crashed] = await shared.query<{ count: number }>(
      "select count(*)::integer from clap_attempt where reason = 'crashed'",
    );
    assert.ok((crashed?.count ?? 0) > 0, "no pod was killed at its work");
    assert.equal(attempts, 16 + (crashed?.count ?? 0));
  });

  test("DATABASE_URL's server is used instead, whatever its search_path, and its password is never printed", async () => {
    await shared.reset();
    await shared.query(`alter database ${shared.name} set search_path = pg_catalog`);
    const { exitCode, stdout, stderr } = await start("--requests 2 --seconds 0", SHARED).ended;
    await shared.query(`alter database ${shared.name} reset search_path`);
    assert.equal(exitCode, 0, stdout + stderr);
    assert.doesNotMatch(stdout + stderr, /hunter2/);
    assert.deepEqual(await shared.query("select count(*) from clap where status = 'SUCCESS'"), [{ count: "2" }]);
  });

  test("two runs on one database each count only their own requests, and end with these", async () => {
    const long = start("--requests 3 --seconds 60 --max-replica-count 3", SHARED);
    await until("the first run's requests run", () => /running 3/.test(long.output()));
    const { exitCode, stdout } = await start("--requests 2 --seconds 0 --max-replica-count 5 --json", SHARED).ended;
    assert.match(stdout, /"requests":2,"success":2,"dead":0,.*"attempts":2/);
    assert.equal(exitCode, 0);
    assert.match(long.output(), /running 3 .*done 0/);
    long.child.kill("SIGINT");
    assert.equal((await long.ended).exitCode, 130);
  });

  test("--requests 0 finishes the requests already waiting in the database", async () => {
    await shared.reset();
    await shared.query("insert into make_it_clap (duration_seconds) values (0), (0)");
    const { stdout } = await start("--requests 0 --json", SHARED).ended;
    assert.match(stdout, /"requests":2,"success":2/);
  });

  for (const [url, code, message] of [
    ["postgresql://u:hunter2@h:x/d", 64, /^DATABASE_URL must be postgresql:.*; got Invalid URL$/m],
    ["postgresql://u:hunter2@127.0.0.1:1/d", 1, /^cannot connect to the server of DATABASE_URL: .*ECONNREFUSED/m],
  ] as const) {
    test(`refuses by name a DATABASE_URL like ${url}`, async () => {
      const { exitCode, stderr } = await start("--requests 1", { DATABASE_URL: url }).ended;
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /hunter2/);
      assert.equal(exitCode, code);
    });
  }

  for (const args of ["--requests 1 --seconds 0 --json", "--requests 1 --seconds 0", "--help"]) {
    test(`${args} on a full disk does not exit with 0`, async () => {
      const within = ["sh", "-c", 'exec "$@" > /dev/full', "sh"];
      const { exitCode, stderr } = await start(args, SHARED, { within }).ended;
      assert.match(stderr, /cannot write to standard output: .*ENOSPC/);
      assert.equal(exitCode, 1);
    });
  }

  test("exits with 64 for wrong options before anything is started", async () => {
    const { exitCode, stderr, stdout } = await start("--requests -1").ended;
    assert.equal(exitCode, 64);
    assert.match(
      stderr,
      /^--requests must be a whole number from 0 to 100000 \(by default each has its own process\); got "-1"\n$/,
    );
    assert.equal(stdout, "");
  });

  test("--help shows every option with its range, and how --json is piped", async () => {
    const { exitCode, stdout } = await start("--help").ended;
    assert.equal(exitCode, 0);
    assert.match(stdout, /--max-replica-count <N>[^(]*\(1 to\s+200;\s+default 10\)/);
    assert.match(stdout, /npm\s+start\s+--silent\s+--\s+--json/);
    assert.doesNotMatch(stdout, /--look/);
  });

  test("npm start --silent -- --json prints nothing but the object", async () => {
    const npm = ["start", "--silent", "--", "--requests", "1", "--seconds", "0", "--json"];
    assert.equal(JSON.parse(await getOutput("npm", npm, { env: { ...process.env, ...SHARED } })).success, 1);
  });
});
