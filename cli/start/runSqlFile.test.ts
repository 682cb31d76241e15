import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import { runSqlFile } from "./runSqlFile.ts";

const database = await createTestDatabase();
const run = (text: string) => runSqlFile(database.client, { file: "pages.sql", text });

describe("a file of SQL", () => {
  test("is run as a whole, whatever it contains", async () => {
    await run("create table a (x int);\n-- ü 🎈\ninsert into a values (1), (2);\ndo $$ begin perform 1; end $$;");
    assert.deepEqual(await database.query("select count(*)::integer from a"), [{ count: 2 }]);
  });

  test("may be empty, or have its own transactions", async () => {
    await run("-- nothing\n");
    await run("begin; create table b (x int); commit;\nbegin;\nrollback;");
    assert.deepEqual(await database.query("select * from b"), []);
  });

  test("that leaves its transaction open is committed", async () => {
    await run("begin;\ncreate table d (x int);");
    const other = await database.open();
    assert.deepEqual((await other.query("select * from d")).rows, []);
  });

  const wrong: readonly (readonly [sql: string, message: RegExp])[] = [
    ["select 1;\n\ncreat table c ();", /^cannot run pages\.sql, line 3: syntax error at or near "creat"$/],
    ["-- 🎈🎈\nselect 1;\nselect no_column\nfrom a;", /, line 3: column "no_column" does not exist/],
    [
      "create table c (x int check (x > 0));\nselect ';';\ninsert into c\nvalues (0);",
      /, line 3: new row .* violates check constraint "c_x_check" \(Failing row contains \(0\)\.\)$/,
    ],
    ["select 1;\ndo $$ begin\nraise 'no' using hint = 'do'; end $$;", /, line 2: no \(do\)$/],
    ["select 1;\ncreate table a ();", /, line 2: .*"a" already exists \(omit --sql if /],
    [
      "create table c (x int);\ncopy c from stdin;\n1\n\\.\n",
      /, line 3: .* \(only psql sends the rows .*, or run the file by psql with --keep DIR --serve, then omit --sql\)$/,
    ],
    ["create table c (x int);\ncopy c from stdin;", /, line 2: COPY .* \(only psql sends the rows/],
    ["select 1;\nselect :x;", /, line 2: .* \(psql's variables .* are not SQL; run .*omit --sql\)$/],
    ["select 1;\n\\copy a from 'x'", /, line 2: .* \(psql's own commands .* are not SQL; run .*omit --sql\)$/],
    [
      "create table c (x int);\nvacuum c;",
      /, line 2: VACUUM .* \(the file is run in one transaction; run .*omit --sql\)$/,
    ],
    ["\\restrict x\nselect 1;", /, line 1: .* \(.*a dump's \\restrict\) are not SQL; run .*\)$/],
  ];
  for (const [sql, message] of wrong) {
    test(`with ${JSON.stringify(sql)} fails with file, line and PostgreSQL's message, and changes nothing`, async () => {
      await assert.rejects(run(sql), { message });
      assert.deepEqual(await database.query("select to_regclass('c') as c"), [{ c: null }]);
    });
  }
});
