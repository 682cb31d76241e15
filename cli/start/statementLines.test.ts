import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { findStatementLines } from "./statementLines.ts";

describe("findStatementLines", () => {
  const texts: readonly (readonly [what: string, sql: string, lines: readonly number[]])[] = [
    ["nothing", " \n-- nothing\n/* ; */", []],
    ["two on one line, and one without a semicolon", "select 1; select 2;\nselect 3", [1, 1, 2]],
    ["comments before and inside", "-- a;\n\nselect /* ; /* ; */ ; */ 1 -- ;\n;\nselect 2;", [3, 5]],
    ["quotes that contain semicolons", `select ';''\n', ";""\n";\nselect e'\\';', '\\';\nselect 3`, [1, 4, 5]],
    ["a body in dollar quotes", "do $$\nbegin; end;\n$$;\ndo $a$ $$ ; $$\n$a$;\nselect 1;", [1, 4, 6]],
    ["dollar signs that are not quotes", "select a$1, $1;\nselect b$1;", [1, 2]],
    ["parentheses", "create rule r as on insert to t do (select 1;\nselect 2);\nselect 3;", [1, 3]],
    [
      "a function's own statements",
      "create function f() returns int begin atomic\nselect case when true then 1 end;\nselect 2;\nend;\nselect 3;",
      [1, 5],
    ],
    ["its own transaction", "begin;\nselect 1;\nend;\nselect 2", [1, 2, 3, 4]],
    ["empty statements, which PostgreSQL does not run", ";;\nselect 1;;\n;select 2;", [2, 3]],
  ];
  for (const [what, sql, lines] of texts)
    test(`finds the lines of ${what}`, () => assert.deepEqual(findStatementLines(sql), lines));
});
