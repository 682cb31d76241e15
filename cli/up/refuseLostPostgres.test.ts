import assert from "node:assert/strict";
import { test } from "node:test";
import { refuseLostPostgres } from "./refuseLostPostgres.ts";

const RELEASE = { namespace: "batches", name: "my-release" };

test("settings that keep the stack's PostgreSQL are accepted, those that are not known, and any of a stack that has installed none", () => {
  for (const wanted of [RELEASE, { name: "my-release", namespace: "batches" }, undefined])
    refuseLostPostgres({ installedPostgres: RELEASE }, wanted);
  for (const wanted of [RELEASE, null, undefined]) refuseLostPostgres({}, wanted);
});

for (const [what, wanted, got] of [
  ["an existing one", null, "database.existing"],
  ["one of another name", { ...RELEASE, name: "other" }, "the release batches/other"],
  ["one in another namespace", { ...RELEASE, namespace: "other" }, "the release other/my-release"],
] as const)
  test(`settings that would replace the stack's PostgreSQL by ${what} are refused: its requests would not run`, () =>
    assert.throws(() => refuseLostPostgres({ installedPostgres: RELEASE }, wanted), {
      name: "UsageError",
      message: new RegExp(`^the settings must keep the PostgreSQL .*, batches/my-release \\(.*\\); got ${got}\\. `),
    }));
