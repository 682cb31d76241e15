import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { dumpSchema, SCHEMA_FILE } from "./dumpSchema.ts";

test("sql/schema.sql is what the migrations create", { timeout: 120_000 }, async () => {
  assert.equal(readFileSync(SCHEMA_FILE, "utf8"), await dumpSchema(), "run `npm run schema` and commit sql/schema.sql");
});
