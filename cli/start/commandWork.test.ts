import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createCommand } from "../../tests/support/command.ts";
import { createTestDatabase } from "../../tests/support/database.ts";
import { until } from "../../tests/support/until.ts";
import { listProcesses, readProcFile } from "../../worker/src/command/processTable.ts";

const { start } = await createCommand("cli/start/main.ts");
const database = await createTestDatabase();

describe("npm start with a command", { timeout: 180_000 }, () => {
  test("attaches a table whatever the database sets: read-only or serializable transactions, and limits of their duration", async () => {
    await database.query("create table parts (id bigint generated always as identity primary key)");
    await database.query("insert into parts default values");
    const set = (setting: string) => database.query(`alter database ${database.name} set ${setting}`);
    for (const setting of ["default_transaction_read_only = on", "default_transaction_isolation = serializable"]) {
      await set(setting);
    }
    // PostgreSQL 17 and newer.
    const [limit] = await database.query("select from pg_settings where name = 'transaction_timeout'");
    if (limit) await set("transaction_timeout = '1s'");
    const other = await database.open();
    await other.query("begin read write");
    if (limit) await other.query("set local transaction_timeout = 0");
    await other.query("lock table parts");
    const args = ["--table", "parts", "--kind", "part", "--command", "true"];
    const run = start(args, { DATABASE_URL: database.url() });
    await until("attaching takes longer than the limit", async () => {
      const waiting = await database.query(
        `select from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock' and clock_timestamp() - query_start > '1.2 s'`,
      );
      return waiting.length > 0 || run.child.exitCode !== null;
    });
    await other.query("commit");
    await other.end();
    const { exitCode, stdout, stderr } = await run.ended;
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^1 request: 1 SUCCESS, 0 DEAD/m);
  });

  test("names the session for whose lock it waits, before it migrates and before it attaches a table", async () => {
    const { open, query, url } = await createTestDatabase();
    await query("create table letters (id bigint primary key)");
    const other = await open();
    const [{ pid }] = (await other.query("select pg_backend_pid() as pid")).rows;
    await other.query("begin; insert into letters values (1)");
    await other.query("savepoint migration; lock table batch.migration");
    const run = start(["--table", "letters", "--kind", "letter", "--command", "true"], {
      DATABASE_URL: url(),
    });
    for (const next of ["rollback to savepoint migration", "commit"]) {
      const waits = run.output().split("waiting for a lock").length;
      await until(
        "it says so",
        () => run.output().split(`waiting for a lock sessions=session ${pid} of`).length > waits,
      );
      await other.query(next);
    }
    const { exitCode, stdout, stderr } = await run.ended;
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^1 request: 1 SUCCESS, 0 DEAD/m);
  });

  for (const [end, command, killEvery, exit] of [
    ["fails by itself", "false", 3_600, 1],
    ["kills itself", "sh -c 'kill -KILL $$'", 3_600, 1],
    // Without an environment, as a Perl program that sets $0.
    ["is killed by the run", "env -i sleep 6007", 4, 0],
  ] as const) {
    test(`with --kill-every, exits with ${exit} if the only request is DEAD because its command ${end}`, async () => {
      const { query, url } = await createTestDatabase();
      await query("create table pages (id bigint primary key); insert into pages values (1)");
      const kills = ["--kill-every", String(killEvery), "--backoff-limit", "0"];
      const args = ["--table", "pages", "--kind", "page", "--command", command, ...kills];
      const { exitCode, stdout, stderr } = await start(args, { DATABASE_URL: url() }).ended;
      assert.match(stdout, /^1 request: 0 SUCCESS, 1 DEAD/m);
      assert.equal(exitCode, exit, stderr);
      assert.deepEqual(
        listProcesses().filter(({ pid }) => readProcFile(pid, "cmdline") === "sleep\x006007\0"),
        [],
      );
    });
  }
});
