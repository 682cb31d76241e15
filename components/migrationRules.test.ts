import assert from "node:assert/strict";
import { test } from "node:test";
import { MIGRATION_ARGS as ARGS } from "../tests/support/pulumi/migrationArgs.ts";
import { mockEngine } from "../tests/support/pulumi/recordResources.ts";
import { SchemaMigration, type SchemaMigrationArgs } from "./schemaMigration.ts";

await mockEngine();
const wrong: Record<string, readonly [args: object, says: string]> = {
  "two tables of the same kind": [
    {
      attach: [
        { kind: "page", table: "a" },
        { kind: "page", table: "b" },
      ],
    },
    'attach must have different kinds (a kind has one table); got "page" twice',
  ],
  "a table name that is not valid SQL": [
    { attach: [{ kind: "page", table: "Pages; drop" }] },
    "attach[0].table must be a table name in SQL syntax",
  ],
  "a table name whose quotes YAML has removed": [
    { attach: [{ kind: "page", table: "Pages" }] },
    `(pages, shop.pages, or '"Pages"' with quotes of its own) (its rows become requests); got "Pages"`,
  ],
  "a kind without a table": [{ attach: [{ kind: "page" }] }, "attach[0].table must be"],
  "a start of an hour": [{ podStartSeconds: 3_600 }, "podStartSeconds must be a whole number from 10 to 600"],
  "zero connections": [{ connectionsNeeded: 0 }, "connectionsNeeded must be a whole number"],
};
for (const name of ["schemaMigration", "a".repeat(51), "schema_"]) {
  test(`it may not be named ${name}, after which no Job can be named`, () => {
    assert.throws(() => new SchemaMigration(name, ARGS), /\nname must be 1 to 50 characters/);
  });
}
for (const [what, [args, says]] of Object.entries(wrong)) {
  test(`its arguments may not contain ${what}`, () => {
    assert.throws(
      () => new SchemaMigration("wrong", { ...ARGS, ...args } as SchemaMigrationArgs),
      ({ message }: Error) => message.split("\n").length === 2 && message.includes(says),
    );
  });
}
