import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutPasswords } from "./withoutPasswords.ts";

for (const [value, shown] of [
  ["postgresql://app:hunter2@db:5432/app", "postgresql://...@db:5432/app"],
  ["app:hunter2@db", "...@db"],
  ["registry.example:5000/pages:2@sha256:0", "registry.example:5000/pages:2@sha256:0"],
  ["host=db password=hunter2 dbname=app", "host=db password=... dbname=app"],
  ["host=db password='hunter 2'", "host=db password=..."],
  ["-----BEGIN PRIVATE KEY-----hunter2", '-----BEGIN ..."'],
  ["db.example", "db.example"],
] as const)
  test(`a wrong value is shown as ${shown}`, () => assert.equal(withoutPasswords(value), shown));
