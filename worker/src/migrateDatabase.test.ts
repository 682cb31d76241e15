import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { createProxy } from "../../tests/support/proxy.ts";
import { recordLog } from "../../tests/support/recordLog.ts";
import { until } from "../../tests/support/until.ts";
import { LOCK_MIGRATIONS } from "./advisoryLocks.ts";
import { noopLog } from "./log.ts";
import { migrateDatabase } from "./migrateDatabase.ts";

test("migrateDatabase may pause between two statements for longer than the server's idle timeouts", async () => {
  const { name, query, env } = await createTestDatabase("template0");
  for (const setting of ["idle_session_timeout", "idle_in_transaction_session_timeout"])
    await query(`alter database ${name} set ${setting} = '1ms'`);
  await migrateDatabase(env, noopLog);
  const [found] = await query<{ found: boolean }>("select to_regclass('batch.queue') is not null as found");
  assert.deepEqual(found, { found: true });
});

test("migrateDatabase without passwords names the role that is missing: nobody has rights then", async () => {
  const { env } = await createTestDatabase("template0");
  const { log, lines } = recordLog();
  await migrateDatabase({ ...env, SCALER_USERNAME: "no_such_scaler" }, log);
  const warnings = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === "warn");
  assert.deepEqual(warnings.at(-1)?.missing, ["no_such_scaler"]);
});

test("migrateDatabase acts as the role that is set for its login, and the login owns nothing", async () => {
  const { name, query, env } = await createTestDatabase("template0");
  const [owner, login] = ["owner_of_migrate_database_test", "login_of_migrate_database_test"];
  await query(`create role ${owner} createrole`);
  await query(`create role ${login} login noinherit in role ${owner}`);
  await query(`alter role ${login} set role = ${owner}`);
  await query(`grant create on database ${name} to ${owner}; grant create on schema public to ${owner}`);
  await migrateDatabase({ ...env, PG_USERNAME: login }, noopLog);
  const owners = await query("select tableowner from pg_tables where schemaname = 'public'");
  assert.deepEqual(owners, [{ tableowner: owner }]);
  // Nothing depends on it.
  await query(`drop role ${login}`);
});

test("migrateDatabase that waits for another session's lock gives up before its Job's deadline, and names the session", async () => {
  const { name, open, query, queued, env } = await createTestDatabase();
  const ATTACH = JSON.stringify([{ kind: "page", table: "pages" }]);
  await query("create table pages (id bigint primary key)");
  const writer = await open();
  // The limit does not depend on it.
  await query(`alter database ${name} set idle_session_timeout = '1ms'`);
  await writer.query("set application_name = 'report'; begin; insert into pages values (1)");
  const [{ pid }] = (await writer.query("select pg_backend_pid() as pid")).rows;
  const warnings: unknown[] = [];
  const log = {
    ...noopLog,
    warn(_: string, fields?: object) {
      warnings.push(fields);
      // Nor on the connection that looks for blocking sessions.
      void query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like '%pg_blocking_pids%' and pid <> pg_backend_pid()",
      );
    },
  };
  await assert.rejects(migrateDatabase({ ...env, ATTACH }, log, { lockMs: 200 }), {
    message: `cannot change the database: waited 0.2 s for a lock held by session ${pid} of ${env.PG_USERNAME} (report, idle in transaction). End that transaction (select pg_terminate_backend(SESSION) ends its session), and try again`,
  });
  assert.deepEqual(warnings, [{ sessions: [`session ${pid} of ${env.PG_USERNAME} (report, idle in transaction)`] }]);
  // Nobody waits behind it.
  await query("insert into pages values (2)");
  await writer.query("commit");
  await migrateDatabase({ ...env, ATTACH }, noopLog, { lockMs: 200 });
  assert.deepEqual(await queued("page"), [1, 2]);
});

test("migrateDatabase whose answer a proxy keeps back fails, saying so, and the server's session no longer keeps others waiting", {
  timeout: 60_000,
}, async () => {
  const { query, env } = await createTestDatabase("template0");
  const proxy = await createProxy();
  const { host, port } = proxy.address;
  const answered = proxy.withholdAnswer("insert into batch.migration");
  const behind = { ...env, PG_HOST: host, PG_PORT: String(port) };
  const failed = assert.rejects(migrateDatabase(behind, noopLog, { lockMs: 2_000, answerMs: 500 }), {
    name: "NoAnswerError",
    message:
      /^cannot change the database: no answer arrived for 0\.5 s, in which the server's session \d+ executed nothing\. A proxy, /,
  });
  await answered;
  await failed;
  const sessions = "select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
  await until("its sessions have ended", async () => (await query(sessions)).length === 0);
  await migrateDatabase(env, noopLog);
});

test("migrations wait for their turn for as long as another one works, and give up when that hangs", async () => {
  const { open, query, env } = await createTestDatabase();
  const other = await open();
  await other.query(`begin; ${LOCK_MIGRATIONS}; savepoint work`);
  // It enqueues the rows of a large table.
  const work = assert.rejects(other.query("select pg_sleep(600)"), /canceling statement/);
  const limitMs = 200;
  const migrate = () => migrateDatabase(env, noopLog, { lockMs: limitMs }).catch((error: Error) => error.message);
  const both = Promise.all([migrate(), migrate()]);
  const observers = `select from pg_stat_activity o
    where o.datname = current_database() and o.query like '%pg_blocking_pids%' and o.pid <> pg_backend_pid() and o.query_start > (
      select max(w.query_start) + interval '${3 * limitMs} ms' from pg_stat_activity w
      where w.datname = current_database() and w.wait_event = 'advisory' having count(*) = 2
    )`;
  await Promise.race([both, until("both waited", async () => (await query(observers)).length === 2)]);
  const working = "from pg_stat_activity where datname = current_database() and query = 'select pg_sleep(600)'";
  await query(`select pg_cancel_backend(pid) ${working}`);
  await work;
  // Its transaction stays open, with the lock.
  const gaveUp = /^cannot change the database: waited 0\.2 s for a lock held by .*\(idle in transaction \(aborted\)\)/;
  for (const result of await both) assert.match(String(result), gaveUp);
});
