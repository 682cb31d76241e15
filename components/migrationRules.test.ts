import assert from "node:assert/strict";
import { test } from "node:test";
import { MIGRATION_ARGS as ARGS } from "../tests/support/pulumi/componentArgs.ts";
import { assertRefused } from "../tests/support/pulumi/problems.ts";
import { mockEngine } from "../tests/support/pulumi/recordResources.ts";
import { SchemaMigration, type SchemaMigrationArgs } from "./schemaMigration.ts";

await mockEngine();
const wrong: Record<string, object> = {
  'attach must have different kinds (a kind has one table); got "page" twice': {
    attach: [
      { kind: "page", table: "a" },
      { kind: "page", table: "b" },
    ],
  },
  "attach[0].table must be a table name in SQL syntax": { attach: [{ kind: "page", table: "Pages; drop" }] },
  // YAML has removed its quotes.
  '(pages, shop.pages, or \'"Pages"\' in double quotes) (its rows become requests); got "Pages"': {
    attach: [{ kind: "page", table: "Pages" }],
  },
  "attach[0].table must be": { attach: [{ kind: "page" }] },
  'attach[0].kind must be other than the sample\'s (a kind belongs to one table, and clap to make_it_clap); got "clap" with "pages"':
    { attach: [{ kind: "clap", table: "pages" }] },
  "image.reference must be an image reference": { image: { reference: "https://registry.example/worker:1" } },
  "podStartSeconds must be a whole number from 10 to 600": { podStartSeconds: 3_600 },
  "connectionsNeeded must be a whole number": { connectionsNeeded: 0 },
};
for (const name of ["schemaMigration", "a".repeat(51), "schema_"])
  test(`it may not be named ${name}, after which no Job can be named`, () =>
    assert.throws(() => new SchemaMigration(name, ARGS), /\nname must be 1 to 50 characters/));

for (const [says, args] of Object.entries(wrong))
  test(`a mistake in its arguments is refused with one message: ${says}`, () =>
    assertRefused(() => new SchemaMigration("wrong", { ...ARGS, ...args } as SchemaMigrationArgs), says));
