import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutSecrets } from "./withoutSecrets.ts";

for (const [line, shown] of [
  [
    "connecting to postgresql://batch_worker:Abc123@host:5432/db",
    "connecting to postgresql://batch_worker:***@host:5432/db",
  ],
  ["cannot connect to postgresql://user:p@ss@host/db", "cannot connect to postgresql://user:***@host/db"],
  ["PGPASSWORD=Abc123 psql", "PGPASSWORD=*** psql"],
  ["POSTGRES_PASSWORD: 'a b c', other", "POSTGRES_PASSWORD: ***, other"],
  ['{"password":"Abc123","user":"postgres"}', '{"password":***,"user":"postgres"}'],
  ["apiToken = xyz", "apiToken = ***"],
  [
    'FATAL: password authentication failed for user "postgres"',
    'FATAL: password authentication failed for user "postgres"',
  ],
  ["mkdir: cannot create directory: Permission denied", "mkdir: cannot create directory: Permission denied"],
  ["listening on https://0.0.0.0:8080", "listening on https://0.0.0.0:8080"],
] as const)
  test(`a printed log line contains no password: ${shown}`, () => assert.equal(withoutSecrets(line), shown));
