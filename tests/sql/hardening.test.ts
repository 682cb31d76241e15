import assert from "node:assert/strict";
import { test } from "node:test";
import { noopLog } from "../../worker/src/log.ts";
import { migrate } from "../../worker/src/migrate.ts";
import { createTestDatabase } from "../support/database.ts";
import { poll, succeed, take } from "../support/queue.ts";

const database = await createTestDatabase();
const { query, client, name } = database;
const OTHER = `member_of_owner_${process.pid}`;
const OWNER = `owner_of_pages_${process.pid}`;
await database.createRole(OTHER, "in role batch_owner");
await database.createRole(OWNER);

/** Inserts a request, and runs it as the roles that log in. */
async function runOne(): Promise<void> {
  await query("insert into make_it_clap (duration_seconds) values (1)");
  const [scaler, worker] = [database.connect("batch_scaler"), database.connect("batch_worker")];
  assert.equal(await poll(scaler), 1);
  await succeed(worker, await take(worker, "a"));
  await Promise.all([scaler.close(), worker.close()]);
}

test("after hardening scripts have revoked rights from PUBLIC, migrating and attaching again restores what the roles need", async () => {
  await query(`
    revoke all on database ${name} from public;
    revoke all on schema public from public;
    revoke execute on all functions in schema public from public;
    revoke all on all tables in schema public from public;
    revoke execute on all functions in schema batch from public;
    alter default privileges revoke execute on functions from public;
    alter default privileges revoke usage on types from public`);
  await migrate(client, noopLog);
  await query("select batch.attach('make_it_clap', 'clap')");
  await runOne();
});

test("after a hardening script has taken PostgreSQL's own objects from PUBLIC, what docs/failures.md grants is enough", async () => {
  const objects = "pg_roles, pg_settings, pg_database, pg_proc, pg_subscription_rel, pg_stat_activity";
  await query(`revoke select on ${objects} from public; revoke execute on function set_config from public`);
  const scaler = database.connect("batch_scaler", { databaseTimeoutSeconds: 0 });
  await assert.rejects(poll(scaler), /permission denied for /);
  await query(`grant select on ${objects} to batch_owner; grant execute on function set_config to batch_owner`);
  await runOne();
  await query(`create table pages (id bigint primary key);
    select batch.attach('pages', 'page'); select batch.detach('page')`);
  await query(`drop table pages; grant select on ${objects} to public; grant execute on function set_config to public`);
});

test("a migration that may not let a role connect names that role", async () => {
  await query(`grant connect on database ${name} to ${OTHER}; grant create on schema public to ${OTHER};
    revoke connect on database ${name} from batch_scaler`);
  const member = await database.open({ user: OTHER });
  await assert.rejects(migrate(member, noopLog), {
    message: `the role batch_scaler must have the right to connect to the database (grant connect on database ${name} to batch_scaler); it does not`,
  });
  await migrate(client, noopLog);
  await migrate(member, noopLog);
  await member.end();
  await runOne();
});

test("after pg_restore --no-privileges, migrating and attaching again gives the roles their rights, and PUBLIC none", async () => {
  await query(`
    do $$declare f regprocedure; begin
      for f in select oid from pg_proc where pronamespace = 'batch'::regnamespace loop
        execute format('grant execute on function %s to public; revoke all on function %s from batch_worker, batch_scaler, batch_program', f, f);
      end loop;
    end$$;
    revoke all on schema batch from batch_worker, batch_scaler, batch_program;
    revoke all on make_it_clap from batch_owner`);
  await migrate(client, noopLog);
  await query("select batch.attach('make_it_clap', 'clap')");
  const executable = "pronamespace = 'batch'::regnamespace and has_function_privilege('public', oid, 'execute')";
  assert.deepEqual(await query(`select proname from pg_proc where ${executable}`), []);
  await runOne();
});

test("a member of the schema's owner migrates even if the readers of another owner's table have lost or gained rights", async () => {
  await query(`grant connect on database ${name} to ${OTHER}; grant create on schema public to ${OWNER}, ${OTHER};
    create table pages (id bigint primary key); alter table pages owner to ${OWNER}; select batch.attach('pages', 'page')`);
  const readers = ["row", "keys"].map((reader) => `batch.${reader}$page`).join(", ");
  const getProblem = async () => (await query("select batch.attachment_problem('page') as problem"))[0]?.problem;
  const member = await database.open({ user: OTHER });
  for (const change of [
    `revoke all on function ${readers} from batch_owner`,
    `grant execute on function ${readers} to public`,
  ]) {
    await query(`${change}; delete from batch.function where name = 'claim'`);
    await migrate(member, noopLog);
    await query("set role batch_owner");
    assert.match(await getProblem(), /is not read .*: select batch\.attach\('public\.pages', 'page'\)/);
    await query("reset role; select batch.attach('pages', 'page'); set role batch_owner");
    assert.equal(await getProblem(), null);
    await query("reset role");
  }
  await member.end();
  await query("select batch.detach('page'); drop table pages");
});

test("an event trigger that forbids DDL stops batch.attach and batch.detach, and nothing else", async () => {
  await query(`create function forbid() returns event_trigger language plpgsql as $$begin raise 'no DDL'; end$$;
    create event trigger forbid on ddl_command_start execute function forbid()`);
  try {
    for (const statement of ["batch.attach('make_it_clap', 'clap')", "batch.detach('clap')"]) {
      await assert.rejects(query(`select ${statement}`), { message: "no DDL" });
    }
    await runOne();
    await query("insert into make_it_clap (id, duration_seconds) values (77, 1)");
    await query(`select batch.pause('clap'); select batch.resume('clap');
      select batch.cancel('clap', 77); select batch.retry('clap', 77)`);
    await query(`update make_it_clap set id = 78 where id = 77;
      delete from make_it_clap where id = 78; select batch.purge('clap', '0')`);
    await query("truncate make_it_clap");
  } finally {
    await query("drop event trigger forbid; drop function forbid");
  }
});
