import assert from "node:assert/strict";
import { chown, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { UNPRIVILEGED } from "../../simulator/serverUser.ts";
import { asServerUser } from "../../tests/support/asServerUser.ts";
import { createCommand } from "../../tests/support/command.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { until } from "../../tests/support/until.ts";

const { home, start, processes, leftovers } = await createCommand("cli/start/main.ts");

/** The command under test; it needs no psql, which is not installed everywhere. */
const FILE = join(import.meta.dirname, "../../tests/support/insertingProgram.ts");
const PROGRAM = `"${process.execPath}" "${FILE}"`;
const BATCH = ["--table", "pages", "--kind", "page", "--polling-interval", "0.1", "--backoff-seconds", "0.1"];

let files = 0;
const folder = await mkdtemp(join(tmpdir(), "sql-"));
after(() => rm(folder, { recursive: true }));

/** Creates a file outside the runs' TMPDIR. */
async function createFile(text: string): Promise<string> {
  const file = join(folder, `pages-${++files}.sql`);
  await writeFile(file, text);
  return file;
}
const pages = (rows: number, more = "") =>
  createFile(`create table pages (id bigint generated always as identity primary key, ms integer default 0);
create table effects (page_id bigint primary key, attempt integer);
grant insert on effects to batch_program;
insert into pages (ms) select 0 from generate_series(1, ${rows});
${more}`);
const result = (stdout: string) => JSON.parse(stdout.trim().split("\n").at(-1) ?? "");

async function assertNothingLeft(): Promise<void> {
  assert.deepEqual(await processes(), []);
  assert.deepEqual(await leftovers(), []);
}

describe("npm start with a command", { timeout: 600_000, concurrency: 1 }, () => {
  test("runs it for each row, as a role that writes what the SQL grants, and reports its kind", async () => {
    const sql = await pages(6);
    const { exitCode, stdout, stderr } = await start(["--sql", sql, ...BATCH, "--command", PROGRAM, "--json"]).ended;
    assert.equal(exitCode, 0, stderr);
    const { seconds, ...rest } = result(stdout);
    assert.deepEqual(rest, { requests: 6, success: 6, dead: 0, jobs: 6, idleJobs: 0, peakJobs: 6, attempts: 6 });
    assert.match(stderr, /^request_id +status +attempt +started +ended +result$/m);
    assert.match(stderr, /^1 +SUCCESS +1 .*\{"page": 1\}$/m);
    await assertNothingLeft();
  });

  test("gives it the shell's variables for certificates, and no other of the shell's", async () => {
    const command = `sh -c 'test "$SSL_CERT_FILE $REQUESTS_CA_BUNDLE" = "/a /b" && test -z "$SECRET$PG_HOST$NODE_OPTIONS"'`;
    const env = { SSL_CERT_FILE: "/a", REQUESTS_CA_BUNDLE: "/b", SECRET: "x", NODE_OPTIONS: "--no-warnings" };
    const { exitCode, stderr } = await start(["--sql", await pages(1), ...BATCH, "--command", command], env).ended;
    assert.equal(exitCode, 0, stderr);
  });

  test("gives every attempt an empty TMPDIR that is removed after it, whatever the shell's is", async () => {
    const command = `sh -c 'test -z "$(ls "$TMPDIR")" && touch "$TMPDIR/file" && test $BATCH_ATTEMPT -gt 1'`;
    const { stdout } = await start(["--sql", await pages(1), ...BATCH, "--command", command, "--json"]).ended;
    assert.deepEqual([result(stdout).success, result(stdout).attempts], [1, 2]);
    await assertNothingLeft();
  });

  test("shows why a request is DEAD, and exits 1", async () => {
    const sql = await pages(1);
    const command = "sh -c 'echo no such page >&2; exit 65'";
    const { exitCode, stdout } = await start(["--sql", sql, ...BATCH, "--command", command]).ended;
    assert.match(stdout, /^1 +DEAD +1 .*exit code 65: no such page$/m);
    assert.equal(exitCode, 1);
  });

  test("shows a command's error in full, without its colors, while its request is retried", async () => {
    const sql = await pages(2);
    const command = "sh -c 'printf \"\\033[31mTraceback:\\r\\n  KeyError: url\\n\" >&2; exit 1'";
    const more = ["--backoff-limit", "1", "--backoff-seconds", "3"];
    const run = start(["--sql", sql, ...BATCH, ...more, "--command", command]);
    const printed = /^request [12], attempt 1: exit code 1: Traceback:\n {2}KeyError: url$/m;
    await until("the error", () => printed.test(run.output()), { timeoutMs: 60_000 });
    assert.match(run.output(), /reserved/);
    const { exitCode, stdout } = await run.ended;
    assert.equal(stdout.match(/KeyError/g)?.length, 1);
    assert.equal(exitCode, 1);
  });

  test("waits for a request that its command deferred", async () => {
    const sql = await pages(1);
    const command = `sh -c 'test $BATCH_ATTEMPT -gt 1 || { echo "{\\"retryAfter\\": 1}" > $BATCH_RESULT_FILE; exit 75; }'`;
    const { stdout } = await start(["--sql", sql, ...BATCH, "--command", command, "--json"]).ended;
    assert.deepEqual([result(stdout).success, result(stdout).attempts], [1, 2]);
  });

  test("whose runners are killed again and again leaves no process behind, and each effect exists once", async () => {
    const database = await createTestDatabase();
    const sql = await pages(18, "update pages set ms = 1500;");
    const { exitCode, stdout, stderr } = await start(
      [
        ...["--sql", sql, ...BATCH, "--command", PROGRAM, "--json", "--max-replica-count", "3"],
        ...["--kill-every", "3", "--backoff-limit", "100"],
      ],
      { DATABASE_URL: database.url() },
    ).ended;
    assert.equal(exitCode, 0, stderr);
    assert.ok(result(stdout).attempts > 18, "a runner must have been killed at work");
    assert.deepEqual(await database.query("select count(*)::integer from effects"), [{ count: 18 }]);
    await assertNothingLeft();
  });

  test("stopped by Ctrl-C in the terminal's whole process group, leaves no process and no folder behind", async () => {
    const sql = await pages(3, "update pages set ms = 600000;");
    const run = start(["--sql", sql, ...BATCH, "--command", PROGRAM], {}, { ownGroup: true });
    await until("commands run", async () => (await processes()).filter(isProgram).length === 3, { timeoutMs: 60_000 });
    process.kill(-(run.child.pid as number), "SIGINT");
    assert.equal((await run.ended).exitCode, 130);
    await assertNothingLeft();
  });

  test("that is itself killed has its commands ended by the next run", async () => {
    const sql = await pages(2, "update pages set ms = 600000;");
    const run = start(["--sql", sql, ...BATCH, "--command", `sh -c 'trap "" TERM HUP; ${PROGRAM}; exit $?'`]);
    await until("commands run", async () => (await processes()).filter(isProgram).length >= 2, { timeoutMs: 60_000 });
    run.child.kill("SIGKILL");
    await run.ended;
    const next = await start("--requests 1 --seconds 0").ended;
    assert.match(next.stdout, /^Removed what a killed run .*\b2 pods/m);
    assert.match(next.stdout, /^Removed what a killed run .*\b\d+ processes of commands/m);
    await assertNothingLeft();
  });

  test("removes folders that a killed runner's command made read-only, which only root could remove as they are", async () => {
    const TMPDIR = await mkdtemp(join(tmpdir(), "unprivileged-"));
    after(() => rm(TMPDIR, { recursive: true }));
    const within = (await asServerUser("true")).slice(0, -1);
    const sql = join(TMPDIR, "pages.sql");
    await writeFile(sql, "create table pages (id bigint primary key); insert into pages values (1);");
    if (within.length > 0) for (const path of [TMPDIR, sql]) await chown(path, UNPRIVILEGED.uid, UNPRIVILEGED.gid);
    const makeReadOnly = "d=$(dirname $BATCH_RESULT_FILE)/d; mkdir $d; touch $d/f; chmod 555 $d";
    const command = `sh -c '${makeReadOnly}; test $BATCH_ATTEMPT -gt 1 || kill -KILL $PPID; exit 0'`;
    const run = start(["--sql", sql, ...BATCH, "--command", command, "--json"], { TMPDIR, HOME: TMPDIR }, { within });
    const { exitCode, stdout, stderr } = await run.ended;
    assert.equal(exitCode, 0, stderr);
    assert.deepEqual([result(stdout).success, result(stdout).attempts], [1, 2]);
    assert.deepEqual(await readdir(TMPDIR), ["pages.sql"]);
  });

  test("says which command does not exit after batch.finish()", async () => {
    const run = start(["--sql", await pages(1), ...BATCH, "--command", `${PROGRAM} --stay`]);
    const printed = /^every request has ended, but the command still runs in postgres-batch-\S+: /m;
    await until("the notice", () => printed.test(run.output()), { timeoutMs: 60_000 });
    run.child.kill("SIGINT");
    assert.equal((await run.ended).exitCode, 130);
    await assertNothingLeft();
  });

  // The first of two rows has its command insert two more, of which the first fails.
  const inserting = (ms: number) =>
    pages(
      2,
      `update pages set ms = 2000 where id = 2;
      create function insert_more() returns trigger language plpgsql security definer as $$ begin
        insert into pages (ms) values (${ms}), (${ms});
        insert into effects values (new.page_id + 2, 0);
        return null;
      end $$;
      create trigger insert_more after insert on effects for each row when (new.page_id = 1) execute function insert_more();`,
    );

  test("counts the rows that its commands insert: one that is DEAD makes it exit with 1", async () => {
    const args = ["--sql", await inserting(0), ...BATCH, "--backoff-limit", "0", "--json", "--command", PROGRAM];
    const { exitCode, stdout } = await start(args).ended;
    const { requests, success, dead, attempts } = result(stdout);
    assert.deepEqual({ requests, success, dead, attempts }, { requests: 4, success: 3, dead: 1, attempts: 4 });
    assert.equal(exitCode, 1);
  });

  test("shows its progress while three million rows wait", async () => {
    const run = start(["--sql", await pages(3_000_000), ...BATCH, "--requests-per-job", "1000", "--command", PROGRAM]);
    await until("progress", () => /waiting 29\d{5} .* done [1-9]/.test(run.output()), { timeoutMs: 150_000 });
    run.child.kill("SIGINT");
    assert.equal((await run.ended).exitCode, 130);
    await assertNothingLeft();
  });

  test("on a shared server ends with the rows that it found, and does not say that pods at work on others should exit", async () => {
    const shared = await createTestDatabase();
    const args = ["--sql", await inserting(14_000), ...BATCH, "--backoff-limit", "0", "--command", PROGRAM];
    const { exitCode, stdout, stderr } = await start(args, { DATABASE_URL: shared.url() }).ended;
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^2 requests: 2 SUCCESS, 0 DEAD \| 4 Jobs/m);
    assert.doesNotMatch(stdout, /every request has ended/);
  });

  test("resumes a kept database without --sql, and refuses to create its table twice", async () => {
    const sql = await pages(2);
    const keep = ["--keep", join(home, "kept")];
    const first = await start(["--sql", sql, ...BATCH, ...keep, "--command", "sh -c 'exit 65'"]).ended;
    assert.equal(first.exitCode, 1);
    const twice = await start(["--sql", sql, ...BATCH, ...keep, "--command", "true"]).ended;
    assert.match(
      twice.stderr,
      /^cannot run .*\.sql, line 1: relation "pages" already exists \(omit --sql if the database already has the table\)$/m,
    );
    assert.equal(twice.exitCode, 1);
    const { stdout } = await start([...BATCH, ...keep, "--command", "true", "--json"]).ended;
    assert.deepEqual([result(stdout).requests, result(stdout).jobs], [0, 0]);
  });

  const wrong: readonly (readonly [what: string, sql: string, message: RegExp])[] = [
    [
      "SQL with an error",
      "select 1;\nselect no_column;",
      /^cannot run .*\.sql, line 2: column "no_column" does not exist$/m,
    ],
    ["SQL without the table", "select 1;", /^cannot attach pages as the kind page: relation "pages" does not exist$/m],
    ["a table without a key", "create table pages (x int);", /^cannot attach pages as the kind page: .*primary key/m],
  ];
  for (const [what, sql, message] of wrong) {
    test(`exits 1 for ${what}, with PostgreSQL's message, before a pod starts`, async () => {
      const run = start(["--sql", await createFile(sql), ...BATCH, "--command", "true"]);
      const { exitCode, stdout, stderr } = await run.ended;
      assert.match(stderr, message);
      assert.doesNotMatch(stdout, /Jobs: [^0]/);
      assert.equal(exitCode, 1);
      assert.deepEqual(await processes(), []);
    });
  }
});

function isProgram(words: string): boolean {
  return words === `${process.execPath} ${FILE} `;
}
