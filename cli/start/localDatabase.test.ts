import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { noopLog } from "../../worker/src/log.ts";
import { openDatabase } from "./localDatabase.ts";

/** Why a run with `--max-replica-count 3` cannot use a database. */
async function refusal(url: string): Promise<string> {
  const { signal } = new AbortController();
  const opened = openDatabase({ url, maxReplicaCount: 3, log: noopLog, signal });
  return await opened.then(
    () => assert.fail("opened"),
    (error: Error) => error.message,
  );
}

describe("the database of DATABASE_URL", () => {
  for (const host of ["127.0.0.1", "localhost"]) {
    test(`at ${host}, where no server listens, is refused with the reason`, async () => {
      assert.match(
        await refusal(`postgresql://u@${host}:1/d`),
        /^cannot connect to the server of DATABASE_URL: .*ECONNREFUSED/,
      );
    });
  }

  const TOO_FEW =
    /: the connection limit of the role \w+ must be at least 6; got 5\n--max-replica-count N needs N \+ 3 connections$/;
  const NO_RIGHTS =
    /^cannot prepare the database of DATABASE_URL: the role \w+ must have the right to create schemas .*; it does not\nthe role \w+ must have the right to create tables in the schema public .*; it does not$/;
  for (const [what, login, message] of [
    ["too few connections for --max-replica-count", "login connection limit 5", TOO_FEW],
    ["a role that may create nothing", "login", NO_RIGHTS],
  ] as const) {
    test(`with ${what} is refused before anything is created`, async () => {
      const { name, query, url } = await createTestDatabase("template1");
      const role = `${name}_role`;
      await query(`create role ${role} ${login}`);
      if (message === TOO_FEW) await query(`alter database ${name} owner to ${role}`);
      assert.match(await refusal(url(role)), message);
      assert.deepEqual(await query("select from pg_namespace where nspname = 'batch'"), []);
      await query(`alter database ${name} owner to current_user; drop role ${role}`);
    });
  }

  test("with somebody else's table clap is refused with what to do, and stays as it was", async () => {
    const { query, url } = await createTestDatabase("template1");
    await query("create table clap (id integer)");
    assert.match(
      await refusal(url()),
      /: cannot apply migration 3 \(make_it_clap\): relation "clap" already exists\. The database stays as it was; correct the cause/,
    );
    assert.deepEqual(await query("select from pg_namespace where nspname = 'batch'"), []);
  });
});
