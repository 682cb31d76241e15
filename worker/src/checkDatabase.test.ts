import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type pg from "pg";
import { connectTo, createTestDatabase } from "../../tests/support/database.ts";
import { settingsProblems } from "../../tests/support/settingsProblems.ts";
import { checkDatabase, type DatabaseRequirements } from "./checkDatabase.ts";
import { DEFAULT_ROLES } from "./roles.ts";

/** Those of no other test's database. */
const ROLES = { worker: "check_test_worker", scaler: "check_test_scaler" };

const database = await createTestDatabase("template0");

/** The problems found on a server whose reported facts are changed. */
async function problems(change: Record<string, unknown>, wanted?: DatabaseRequirements): Promise<readonly string[]> {
  const client = {
    query: async (text: string, values: unknown[]) => {
      const { rows } = await database.client.query(text, values);
      return { rows: [{ ...rows[0], ...change }] };
    },
  };
  return await settingsProblems(() => checkDatabase(client as unknown as pg.ClientBase, wanted));
}

describe("the check before a migration", () => {
  test("finds no problem with an empty database and a superuser", async () => {
    assert.deepEqual(await problems({}, { connections: 100, roles: ROLES }), []);
  });

  const wrong: readonly (readonly [facts: Record<string, unknown>, message: RegExp])[] = [
    [{ major: 13, version: "13.22" }, /^PostgreSQL must be version 14 to 18 .*; got 13\.22$/],
    [{ replica: true }, /^the server must be a primary .*; got a replica$/],
    [{ encoding: "SQL_ASCII" }, /encoding must be one that PostgreSQL can convert to UTF8 .*; got SQL_ASCII$/],
    [{ hasSchema: true, ours: false }, /^the schema batch must belong to postgres-batch/],
    [{ development: true }, /got one of a development version/],
    [{ createsSchemas: false, me: "app" }, /^the role app must have the right to create schemas/],
    [{ hasSchema: true, ours: true, owner: "dba", isOwner: false, me: "app" }, /^the role app must be a member of dba/],
    [{ createsTables: false, me: "app" }, /^the role app must have the right to create tables in the schema public/],
    [{ super: false, createsRoles: false, me: "app" }, /^the role app must have the attribute CREATEROLE/],
    [{ foreignRoles: ["batch_worker"], me: "app" }, /^the role app must have ADMIN OPTION on batch_worker/],
  ];
  for (const [facts, message] of wrong) {
    test(`refuses with one message: ${message.source}`, async () => {
      const found = await problems(facts, { roles: ROLES });
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", message);
    });
  }

  test("names the owner of a schema that the role may not even use, and statements that can be pasted", async () => {
    const { client, query } = await createTestDatabase("template0");
    await query('create role "check-owner"; create role "check-user"; create schema batch authorization "check-owner"');
    await query(
      "create table batch.migration (); create table batch.kind (unqueued_above xid8); revoke all on schema public from public",
    );
    try {
      await query('set role "check-user"');
      const [{ name, inherits } = { name: "", inherits: "" }] = await query<{ name: string; inherits: string }>(
        `select quote_ident(current_database()) as name, case when current_setting('server_version_num')::integer < 160000
           then '; alter role "check-user" inherit' else ' with inherit true, set true' end as inherits`,
      );
      await assert.rejects(checkDatabase(client), {
        problems: [
          `the role "check-user" must be a member of "check-owner", which owns the schema batch, with its rights (grant "check-owner" to "check-user"${inherits}); it is not`,
          'the role "check-user" must have the right to create tables in the schema public (grant create on schema public to "check-user"); it does not',
        ],
      });
      await query("reset role; drop schema batch cascade");
      await query("alter schema public rename to elsewhere");
      const missing = /must have the schema public \(.*: create schema public\); it does not/;
      await assert.rejects(checkDatabase(client), missing);
      await query("alter schema elsewhere rename to public");
      await query('set role "check-user"');
      await assert.rejects(checkDatabase(client), new RegExp(`\\(grant create on database ${name} to "check-user"\\)`));
    } finally {
      await query('reset role; drop schema if exists batch cascade; drop role "check-owner", "check-user"');
    }
  });

  test("refuses the roles of another database of the server, which would be locked out, unless it is a copy", async () => {
    assert.deepEqual(await problems({}, { roles: DEFAULT_ROLES }), [
      "the roles to create must have no rights in another database (roles belong to the server, and new passwords would lock out that database's workers and poll); got batch_scaler, batch_worker. Choose other names (database.existing.rolePrefix)",
    ]);
    const own = await createTestDatabase();
    await checkDatabase(own.client, { roles: DEFAULT_ROLES });
  });

  test("refuses a role whose password has expired, since PostgreSQL would refuse a new one, too", async () => {
    await database.query("create role check_test_worker login password 'before' valid until '2020-01-01'");
    try {
      assert.deepEqual(await problems({}, { roles: ROLES }), [
        "the password of check_test_worker must not have expired (PostgreSQL would refuse a new one as well: alter role check_test_worker valid until 'infinity'); it has",
      ]);
      await database.query("alter role check_test_worker valid until 'infinity'");
      assert.deepEqual(await problems({}, { roles: ROLES }), []);
    } finally {
      await database.query("drop role check_test_worker");
    }
  });

  test("lists everything that is missing at once", async () => {
    const facts = Object.assign({}, ...wrong.slice(0, 3).map(([each]) => each));
    assert.equal((await problems(facts, { connections: 100_000 })).length, 4);
  });

  test("servers newer than the tested ones are accepted", async () => {
    assert.deepEqual(await problems({ major: 19 }), []);
  });

  test("compares the connections needed with the server's unreserved ones and with the database's own limit", async () => {
    assert.deepEqual(await problems({}, { connections: 297 }), []);
    const [tooMany] = await problems({}, { connections: 298 });
    assert.match(tooMany ?? "", /^max_connections must allow 298 connections .*; got 297, not counting reserved ones$/);
    await database.query(`alter database ${database.name} connection limit 50`);
    const [overLimit] = await problems({}, { connections: 51 });
    assert.match(overLimit ?? "", /^the connection limit of the database .* must be at least 51; got 50$/);
    await database.query(`alter database ${database.name} connection limit -1`);
  });

  test("compares them with the role's own limit where all log in as one role that is no superuser", async () => {
    const facts = { super: false, createsRoles: true, me: "app", roleLimit: 12 };
    assert.deepEqual(await problems(facts, { connections: 12, oneRole: true }), []);
    assert.deepEqual(await problems(facts, { connections: 13 }), []);
    assert.deepEqual(await problems({ ...facts, super: true }, { connections: 13, oneRole: true }), []);
    assert.deepEqual(await problems(facts, { connections: 13, oneRole: true }), [
      "the connection limit of the role app must be at least 13; got 12",
    ]);
  });

  describe("as a role without rights", () => {
    let client: pg.Client;
    before(async () => {
      await database.query("create role nothing_of_check_test login");
      // The default in new databases since PostgreSQL 15.
      await database.query("revoke create on schema public from public");
      // As hardening scripts do.
      await database.query("revoke usage on schema public from public");
      client = await database.open({ user: "nothing_of_check_test" });
    });
    after(async () => {
      const admin = await connectTo("postgres");
      await admin.query("drop role nothing_of_check_test");
      await admin.end();
    });

    test("names each right that is missing, and changes nothing", async () => {
      assert.equal((await settingsProblems(() => checkDatabase(client, { roles: ROLES }))).length, 3);
      assert.deepEqual(await database.query("select from pg_namespace where nspname = 'batch'"), []);
    });
  });
});
