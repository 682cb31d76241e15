import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanEnvironment } from "./cleanEnvironment.ts";

test("cleanEnvironment removes what node-postgres reads, and nothing else", () => {
  const env = { PGSSLMODE: "x", PGOPTIONS: "x", PGHOST: "x", PG_HOST: "kept", PATH: "kept", DATABASE_URL: "kept" };
  cleanEnvironment(env);
  assert.deepEqual(env, { PG_HOST: "kept", PATH: "kept", DATABASE_URL: "kept" });
});
