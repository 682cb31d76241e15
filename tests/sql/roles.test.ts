import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { before, beforeEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type pg from "pg";
import { parseRow } from "../../worker/src/parseRow.ts";
import { createTestDatabase } from "../support/database.ts";
import { claimParams, claimWithReclaim, ERROR, FINAL_ERROR, fail, poll, renew, succeed } from "../support/queue.ts";

const database = await createTestDatabase();
const { query } = database;
/** A program's login, which may call the functions for its own transaction. */
const PROGRAM = `program_of_roles_test_${process.pid}`;
const MAIN = fileURLToPath(new URL("../../worker/src/main.ts", import.meta.url));

/** Runs `node main.ts migrate` here, as the migration Job's pod does. */
function runMigrate(env: NodeJS.ProcessEnv) {
  return spawnSync(process.execPath, [MAIN, "migrate"], {
    env: { PATH: process.env.PATH, ...database.env, ...env },
    encoding: "utf8",
  });
}

async function claimedBy(jobName: string) {
  const connection = database.connect("batch_worker");
  const attempt = await claimWithReclaim(connection, claimParams(jobName));
  assert.ok(typeof attempt === "object");
  return { connection, attempt };
}

async function insertThree(): Promise<void> {
  await database.reset();
  await query("insert into make_it_clap (duration_seconds) select 1 from generate_series(1, 3)");
}

describe("batch_worker", () => {
  beforeEach(insertThree);

  test("claims, loses the connection, takes its session back and succeeds", async () => {
    const { connection, attempt } = await claimedBy("a");
    assert.equal(parseRow(attempt.row).duration_seconds, 1);
    await connection.close();
    const next = database.connect("batch_worker");
    assert.equal(await renew(next, attempt, { leaseSeconds: 0 }), true);
    await succeed(next, attempt);
  });

  test("fails, takes over a dead pod's request and ends it", async () => {
    const { connection, attempt } = await claimedBy("a");
    await fail(connection, attempt, ERROR);
    await connection.close();
    const second = await claimedBy("a");
    await second.connection.close();
    const third = await claimedBy("a");
    assert.equal(await fail(third.connection, third.attempt, FINAL_ERROR), "DEAD");
  });
});

describe("batch_scaler", () => {
  beforeEach(insertThree);

  test("asks the scaling query, which cleans up after dead workers", async () => {
    const { connection } = await claimedBy("a");
    await connection.close();
    const scaler = database.connect("batch_scaler");
    assert.equal(await poll(scaler), 4);
    await query("update batch.queue set suspected_at = suspected_at - interval '16 seconds'");
    assert.equal(await poll(scaler), 4);
    assert.deepEqual(await query("select status, reason from clap_attempt"), [{ status: "FAILED", reason: "crashed" }]);
  });
});

describe("what is not a role's work is refused", () => {
  before(insertThree);

  const neither = [
    "table public.make_it_clap",
    "insert into public.make_it_clap (duration_seconds) values (1)",
    "delete from public.make_it_clap",
    "table public.clap",
    "table public.clap_attempt",
    "table batch.migration",
    "table batch.attempt",
    "table batch.request",
    "table batch.kind",
    "insert into batch.kind (kind, requests) values ('x', 0)",
    "table batch.scaling",
    "table batch.queue",
    "table batch.history",
    "delete from batch.queue",
    "update batch.queue set attempt = 0",
    "select batch.read_keys('clap', null, null, null, null)",
    "select batch.row$clap('public.make_it_clap', null, 1)",
    "select batch.keys$clap('public.make_it_clap', null, null, null, null)",
    "select batch.cancel('clap', 1)",
    "select batch.pause('clap')",
    "select batch.resume('clap')",
    "select batch.move_times_back('clap')",
    "select batch.purge('clap', '1 day')",
    "select batch.detach('clap')",
    "table batch.status",
    "table batch.rejected",
    "select batch.end_attempt('clap', 1, 'error', 'no', false, true)",
    "select batch.reap('clap')",
    "select batch.retry('clap', 1)",
    "select batch.own('clap:1:1:00000000-0000-0000-0000-000000000000')",
    "insert into batch.queue (kind, request_id) values ('clap', 99)",
    "truncate batch.queue",
    "truncate batch.history",
    "delete from batch.history",
    "update batch.history set status = 'SUCCESS'",
    "select batch.attach('public.make_it_clap', 'clap')",
    "drop table batch.queue",
    "create table batch.mine ()",
    "create table public.mine ()",
    "create schema mine",
    "create role mine",
    "set role postgres",
    "select pg_read_file('/etc/passwd')",
    "copy (select 1) to program 'true'",
    "select rolpassword from pg_authid",
  ];
  const refused = {
    batch_worker: [...neither, "select batch.demand('clap', 1, 10)"],
    batch_scaler: [
      ...neither,
      "select batch.lock_session(1)",
      "select batch.session_is_dead(1, null)",
      "select batch.claim('clap', 'a', 'a', 1, '{1}', 1, null, null, 0, true)",
      "select batch.succeed('clap', 'a', 1, 1, 1, null)",
    ],
    [PROGRAM]: [
      ...neither.filter((statement) => !statement.startsWith("select batch.own(")),
      "select batch.demand('clap', 1, 10)",
      "select batch.claim('clap', 'a', 'a', 1, '{1}', 1, null, null, 0, true)",
      "select batch.succeed('clap', 'a', 1, 1, 1, null)",
      "select batch.fail('clap', 'a', 1, 1, 1, 'error', 'no', true)",
      "select batch.report('clap', 'a', 1, 1, 1, null, '{}')",
      "select batch.lock_attempt('clap', 'a', 1, 1, 1)",
      "set role batch_worker",
    ],
  };
  for (const [role, statements] of Object.entries(refused)) {
    let client: pg.Client;
    before(async () => {
      // As it is in new databases since PostgreSQL 15.
      await query("revoke create on schema public from public");
      if (role === PROGRAM) await database.createRole(role, "in role batch_program");
      client = await database.open({ user: role });
    });
    for (const statement of statements) {
      test(`${role === PROGRAM ? "a program" : role}: ${statement}`, async () => {
        await assert.rejects(client.query(statement), { code: "42501" });
      });
    }
  }

  test("other roles may execute no function of the queue, but can insert requests", async () => {
    const open = await query(
      `select p.proname from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
       where p.pronamespace = 'batch'::regnamespace and a.grantee = 0`,
    );
    assert.deepEqual(open, []);
    await query("create role app_of_roles_test login");
    await query("grant insert on make_it_clap to app_of_roles_test");
    const app = await database.open({ user: "app_of_roles_test" });
    await app.query("insert into make_it_clap (duration_seconds) values (1)");
    assert.deepEqual(await query("select count(*) from batch.queue"), [{ count: "4" }]);
    await query("drop owned by app_of_roles_test; drop role app_of_roles_test");
  });
});

describe("node main.ts migrate", () => {
  beforeEach(insertThree);

  const stored = () => query("select rolname, rolpassword from pg_authid where rolname like 'batch\\_%' order by 1");

  test("changes the roles' passwords, whatever they contain, prints none, and keeps the roles' rights", async () => {
    const before = await stored();
    const passwords = { WORKER_PASSWORD: "w'; drop table clap; --%L\\", SCALER_PASSWORD: 's"$$' };
    const { status, stdout, stderr } = runMigrate(passwords);
    assert.equal(status, 0, stdout + stderr);
    for (const password of Object.values(passwords)) assert.ok(!(stdout + stderr).includes(password));
    const now = await stored();
    const names = now.map(({ rolname }) => rolname);
    assert.deepEqual(names, ["batch_owner", "batch_program", "batch_scaler", "batch_worker"]);
    for (const [index, { rolname, rolpassword }] of now.entries()) {
      if (!/worker|scaler/.test(rolname)) continue;
      assert.match(rolpassword, /^SCRAM-SHA-256\$/);
      assert.notEqual(rolpassword, before[index]?.rolpassword);
    }
    await claimedBy("a");
  });

  test("gives the roles other names, so that two stacks can share a server", async () => {
    const names = { WORKER_USERNAME: "shop_worker", SCALER_USERNAME: "shop_scaler" };
    const { status, stdout, stderr } = runMigrate({ ...names, WORKER_PASSWORD: "w", SCALER_PASSWORD: "s" });
    assert.equal(status, 0, stdout + stderr);
    const worker = database.connect("shop_worker");
    assert.equal(typeof (await claimWithReclaim(worker, claimParams("a"))), "object");
    assert.equal(await poll(database.connect("shop_scaler")), 3);
    await query("drop owned by shop_worker, shop_scaler; drop role shop_worker, shop_scaler");
  });

  test("leaves the roles unchanged if no password is set, and refuses only one password", async () => {
    const before = await stored();
    assert.equal(runMigrate({}).status, 0);
    const { status, stdout } = runMigrate({ WORKER_PASSWORD: "secret" });
    assert.equal(status, 64);
    assert.match(stdout, /WORKER_PASSWORD and SCALER_PASSWORD must be set together or not at all/);
    assert.deepEqual(await stored(), before);
  });

  test("any other command is refused, by name", () => {
    const { status, stdout } = spawnSync(process.execPath, [MAIN, "migrat"], { encoding: "utf8" });
    assert.equal(status, 64);
    assert.match(stdout, /the command must be migrate or none; got \\"migrat\\"/);
  });
});
