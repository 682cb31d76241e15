import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { createFolder } from "../../tests/support/createFolder.ts";
import { readOptions } from "./options.ts";

const SQL = `${import.meta.dirname}/../../examples/shell/naps.sql`;
const BATCH = ["--table", "pages", "--kind", "page", "--command", "python3 'my work.py'"];

describe("the options of a user's own batch", () => {
  test("are a command's words, the table, its kind, and the SQL that creates it", () => {
    const command = ["python3", "my work.py"];
    assert.deepEqual(readOptions(BATCH).batch, { command, table: "pages", kind: "page", sql: undefined });
    const { sql } = readOptions([...BATCH, "--sql", SQL]).batch ?? {};
    assert.equal(sql?.file, SQL);
    assert.match(sql?.text ?? "", /create table naps/);
  });

  test("can be combined with every option that is not about the sample's rows", () => {
    const others = "--kill-every 1 --json --keep d --requests-per-job 2 --max-replica-count 3 --backoff-limit 1";
    assert.ok(readOptions([...BATCH, ...others.split(" ")]).batch);
  });

  const folder = createFolder({
    "bom.sql": "\uFEFFselect 1; -- \u00E9",
    "latin1.sql": Buffer.from("select '\u00E9'", "latin1"),
    "utf16.sql": Buffer.from("select 1", "utf16le"),
  });

  test("may have SQL with a byte order mark", () => {
    assert.equal(readOptions([...BATCH, "--sql", join(folder, "bom.sql")]).batch?.sql?.text, "select 1; -- \u00E9");
  });

  const refused: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [["--table", "pages"], /^--table must come with --command WORDS .*; got no --command$/],
    [["--sql", SQL], /^--sql must come with --command WORDS/],
    [["--command", "x"], /^--command must come with --table NAME .*; got none\n--command must come with --kind NAME/],
    [[...BATCH, "--kind", "Page"], /^--kind must be 1 to 40 of a-z, .*; got "Page"$/],
    [[...BATCH, "--command", "a | b"], /^--command must be .*"sh -c '\.\.\.'"; got an unquoted \|$/],
    [[...BATCH, "--command", "'' x"], /^--command must be .*; got "'' x"$/],
    [
      [...BATCH, "--command", `true ${"x".repeat(131_060)}`],
      /^--command must be at most 131063 bytes as JSON \(.*\); got 131071$/,
    ],
    [[...BATCH, "--command", " "], /^--command must be .*; got " "$/],
    [[...BATCH, "--sql", "/nowhere.sql"], /^--sql must be a file of SQL .*; got "\/nowhere\.sql": ENOENT/],
    [[...BATCH, "--sql", join(folder, "latin1.sql")], /in UTF-8 .*; got ".*": .* not valid/],
    [[...BATCH, "--sql", join(folder, "utf16.sql")], /; got ".*": The file contains a zero byte$/],
    [[...BATCH, "--requests", "3"], /^--requests must come without --command \(the rows of --table are .*; got both$/],
    [[...BATCH, "--seconds", "3", "--failures", "1"], /^--seconds must come without .*\n--failures must come without/],
    [[...BATCH, "--serve", "--keep", "d"], /^--serve must come without --command \(it runs nothing\); got both$/],
  ];
  for (const [args, message] of refused) {
    const shown = args.join(" ").replace(SQL, "FILE").replace(folder, "FOLDER").slice(0, 200);
    test(`refuses ${shown}, before anything is started`, () =>
      assert.throws(() => readOptions(args), { name: "UsageError", message }));
  }
});
