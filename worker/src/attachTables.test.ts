import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createTestDatabase } from "../../tests/support/database.ts";
import { attachTables, readAttachments } from "./attachTables.ts";
import { noopLog } from "./log.ts";
import { statement } from "./queue/statement.ts";

const PAGES = { kind: "page", table: "pages" };

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

describe("ATTACH", () => {
  test("names tables, kinds and, if given, the timeout column", () => {
    assert.deepEqual(readAttachments(undefined), []);
    assert.deepEqual(readAttachments("[]"), []);
    const list = [
      { kind: "page", table: "public.pages" },
      { kind: "sum", table: '"Sums"', timeoutColumn: "seconds" },
    ];
    assert.deepEqual(readAttachments(JSON.stringify(list)), list);
  });

  for (const text of [
    "pages",
    "{}",
    "null",
    '"x"',
    "[1]",
    "[null]",
    "[[]]",
    '[{"kind":"page"}]',
    '[{"table":"pages"}]',
    '[{"kind":"page","table":""}]',
    '[{"kind":1,"table":"pages"}]',
    '[{"kind":"page","table":"pages","timeout":"x"}]',
    '[{"kind":"page","table":"pages","timeoutColumn":null}]',
    '[{"kind":"page","table":"a"},{"kind":"page","table":"b"}]',
  ]) {
    test(`refused: ${text}`, () => {
      assert.throws(() => readAttachments(text), {
        name: "SettingsError",
        message: /^(each entry of )?ATTACH must .*; got/,
      });
    });
  }
});

describe("node main.ts migrate with ATTACH", () => {
  async function run(env: NodeJS.ProcessEnv, sql: string) {
    const database = await createTestDatabase("template0");
    await database.query(sql);
    const migrate = () =>
      spawnSync(process.execPath, [MAIN, "migrate"], {
        env: { PATH: process.env.PATH, ...database.env, ...env },
        encoding: "utf8",
      });
    const { status, stdout } = migrate();
    return { database, status, stdout, repeat: migrate };
  }

  test("attaches the tables after the migrations; repeated, it changes nothing", async () => {
    const { database, repeat, ...first } = await run(
      { ATTACH: JSON.stringify([{ ...PAGES, timeoutColumn: "seconds" }]) },
      "create table pages (id bigint primary key, seconds integer); insert into pages values (1)",
    );
    for (const { status, stdout } of [first, repeat()]) {
      assert.equal(status, 0, stdout);
      const queued = "select kind, request_id, timeout_column from batch.queue join batch.kind using (kind)";
      assert.deepEqual(await database.query(queued), [{ kind: "page", request_id: "1", timeout_column: "seconds" }]);
    }
  });

  test("a table keeps the timeout column with which it was attached in SQL, and its rows their timeouts", async () => {
    const { query, client } = await createTestDatabase();
    const waiting = "create table pages (id bigint primary key, seconds integer); insert into pages values (1, 7)";
    await query(`${waiting}; select batch.attach('pages', 'page', 'seconds')`);
    await attachTables(client, [PAGES], noopLog);
    const values = ["page", "a", "a-pod", 1, [4, 4, 100, 100], 10, null, null, 0, true];
    const [claimed] = (await client.query(statement("claim").text, values)).rows;
    assert.equal(claimed.timeout_seconds, 7);
    // Another table of that kind has columns of its own.
    await query("drop table pages; create table pages (id bigint primary key)");
    await attachTables(client, [PAGES], noopLog);
    const kinds = await query("select timeout_column from batch.kind where kind = 'page'");
    assert.deepEqual(kinds, [{ timeout_column: null }]);
  });

  test("a table whose timeout column was dropped is refused with the statement that attaches it without one", async () => {
    const { query, client } = await createTestDatabase();
    await query("create table pages (id bigint primary key, seconds integer)");
    await query("select batch.attach('pages', 'page', 'seconds'); alter table pages drop column seconds");
    const again = () => attachTables(client, [PAGES], noopLog);
    const message = await again().then(String, (error: Error) => error.message);
    const [{ problem } = { problem: "" }] = await query<{ problem: string }>(
      "select batch.attachment_problem('page') as problem",
    );
    for (const text of [message, problem]) {
      const [, statement = ""] = /without one: (select batch\.attach\(.*\))$/.exec(text) ?? assert.fail(text);
      await query(`begin; ${statement.replace("'KIND'", "'page'")}; rollback`);
    }
    await query("select batch.attach('pages', 'page')");
    await again();
  });

  test("a table that is missing or cannot be attached is named, with the reason", async () => {
    const env = { ATTACH: JSON.stringify([PAGES]) };
    const missing = await run(env, "select 1");
    assert.notEqual(missing.status, 0);
    assert.match(missing.stdout, /cannot attach pages as the kind page: relation .*pages.* does not exist/);
    const narrow = await run(env, "create table pages (id integer primary key)");
    const reason = /cannot attach pages as the kind page: public\.pages must have a primary key of one bigint column/;
    assert.match(narrow.stdout, reason);
  });

  test("the reason includes PostgreSQL's hint", async () => {
    const { client, query } = await createTestDatabase();
    await query(`create function refuse() returns event_trigger language plpgsql as
      $$begin raise 'too many triggers' using hint = 'Drop one.'; end$$;
      create table pages (id bigint primary key);
      create event trigger refuse on ddl_command_start when tag in ('CREATE TRIGGER') execute function refuse()`);
    await assert.rejects(
      attachTables(client, [PAGES], noopLog),
      /: too many triggers \(raised in the function refuse, .*\) \(Drop one\.\)$/,
    );
  });

  test("the reason is PostgreSQL's own, also if the connection breaks", async () => {
    const { query, open, untilBlocked } = await createTestDatabase();
    await query("create table pages (id bigint primary key)");
    await query("begin; lock table pages in access exclusive mode");
    const client = await open();
    client.on("error", () => undefined);
    const { rows } = await client.query("select pg_backend_pid() as pid");
    const attaching = attachTables(client, [PAGES], noopLog);
    const attached = assert.rejects(attaching, /cannot attach pages as the kind page: terminating connection/);
    await untilBlocked();
    await query(`select pg_terminate_backend(${rows[0].pid})`);
    await attached;
  });

  test("a name that SQL reads as another one, because its double quotes are missing, is shown with them", async () => {
    const { query, client } = await createTestDatabase();
    await query('create table "Pages" (id bigint primary key)');
    const attach = (table: string) => attachTables(client, [{ kind: "page", table }], noopLog);
    const advice = ` (in SQL a name with capitals needs double quotes: '"Pages"')`;
    await assert.rejects(attach("Pages"), {
      message: `cannot attach Pages as the kind page: relation "pages" does not exist${advice}`,
    });
    await assert.rejects(attach("App.Pages"), /schema "app" does not exist \(.*: '"App"\."Pages"'\)$/);
    for (const absent of ["my-pages", '"App"."Pages"']) await assert.rejects(attach(absent), /does not exist$/);
    await attach('"Pages"');
    await query('alter table "Pages" rename to sites');
    await assert.rejects(attach('"Pages"'), /does not exist\. The kind is attached to sites: name that table instead$/);
    await query('create table "Pages" (id bigint primary key)');
    await assert.rejects(attach('"Pages"'), /which belongs to public\.sites\. The kind is attached to sites: name/);
  });

  test("a wrong setting, or a server with too few connections, is named before anything changes", async () => {
    for (const env of [{ ATTACH: "x" }, { MAX_CONNECTIONS_NEEDED: "many" }, { MAX_CONNECTIONS_NEEDED: "100000" }]) {
      const { database, status, stdout } = await run(env, "select 1");
      assert.equal(status, 64, stdout);
      assert.match(stdout, /ATTACH must be|MAX_CONNECTIONS_NEEDED must be|max_connections must allow 100000/);
      assert.deepEqual(await database.query("select from pg_namespace where nspname = 'batch'"), []);
    }
  });
});
