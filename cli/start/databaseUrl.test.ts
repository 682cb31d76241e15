import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseDatabaseUrl } from "./databaseUrl.ts";

const HERE = fileURLToPath(import.meta.url);
const PLAIN = {
  host: "h",
  port: 5432,
  user: "u",
  password: undefined,
  name: "d",
  sslMode: "disable",
  caFile: undefined,
};

describe("DATABASE_URL", () => {
  const accepted: readonly (readonly [url: string, address: object])[] = [
    ["postgresql://u@h/d", {}],
    ["postgres://u:p%40ss@h:1234/d", { port: 1234, password: "p@ss" }],
    ["postgresql://u:p w%2Fx@h/d", { password: "p w/x" }],
    ["postgresql://u@h/d?password=a+b%20c", { password: "a+b c" }],
    ["postgresql://u@h/d \n", {}],
    [" postgresql://u@h/d", {}],
    ["postgresql://u@h", { name: "postgres" }],
    ["postgresql://u@/d?host=/run/postgresql&port=5433", { host: "/run/postgresql", port: 5433 }],
    ["postgresql://u@%2Frun%2Fpostgresql/d", { host: "/run/postgresql" }],
    ["postgresql://u@[::1]/d", { host: "::1" }],
    ["postgresql://u@h/d%20%2F%3F%23%25%2B%C3%A9", { name: "d /?#%+é" }],
    ["postgresql://u@h/d/./e", { name: "d/./e" }],
    ["postgresql://u:p,w@h/d,e", { password: "p,w", name: "d,e" }],
    ["postgresql:///d,e?host=h&user=u", { name: "d,e" }],
    ["postgresql://u@/d?host=/my%20sockets", { host: "/my sockets" }],
    ["postgresql:///d?host=h&user=u&password=p", { password: "p" }],
    ["postgresql://u@h/d?sslmode=disable", {}],
    ["postgresql://u@h/d?sslmode=prefer&application_name=x", {}],
    ["postgresql://u@h/d?ssl=false", {}],
    ["postgresql://u@h/d?sslmode=require", { sslMode: "require" }],
    ["postgresql://u@h/d?sslmode=disable&sslmode=require", { sslMode: "require" }],
    ["postgresql://u@h/d?ssl=true", { sslMode: "verify-full" }],
    ["postgresql://u@h/d?sslmode=verify-full", { sslMode: "verify-full" }],
    [`postgresql://u@h/d?sslmode=verify-ca&sslrootcert=${HERE}`, { sslMode: "verify-full", caFile: HERE }],
    ["postgresql://u@/d?host=/run&sslmode=require", { host: "/run" }],
  ];
  for (const [url, address] of accepted)
    test(`reads ${url.replace(HERE, "FILE")}`, () => assert.deepEqual(parseDatabaseUrl(url), { ...PLAIN, ...address }));

  test("takes the password from elsewhere only if the URL has none", () => {
    assert.equal(parseDatabaseUrl("postgresql://u@h/d", "other").password, "other");
    assert.equal(parseDatabaseUrl("postgresql://u:own@h/d", "other").password, "own");
  });

  const refused: readonly (readonly [url: string, reason: RegExp])[] = [
    ["", /got another scheme$/],
    ["localhost", /got another scheme$/],
    ["mysql://u:secret@h/d", /got another scheme$/],
    ["postgresql://u:secret@h:port/d", /got Invalid URL$/],
    ["postgresql://u:secret@h:99999/d", /got Invalid URL$/],
    ["postgresql://u:secret?secret@h/d", /in a user and a password .* are .*%3F .*; got Invalid URL$/],
    ["postgresql://u:1?secret@h/d", /got no host or no user$/],
    ["postgresql://u:p@1?secret@h/d", /must have no parameters but .*; got another one; in a user and a password /],
    ["postgresql://u:100%secret%2F@h/d", /must have %25 for each % .*; got another %$/],
    ["postgresql://u:secret@h/d#2", /must have %23 for each #; got a #$/],
    ["postgresql://u:secret#2@h/d", /must have %23 for each #; got a #$/],
    ["postgresql://u:secret@/d?host=/a,/b", /must name one host; got "\/a,\/b"$/],
    ["postgresql://u@h/d?password=secret%", /must have %25 for each %/],
    ["postgresql://u:secret@h/d?port=99999", /must have a port from 1 to 65535; got "99999"$/],
    ["postgresql://h/d", /got no host or no user$/],
    ["postgresql://u:secret@a,b/d", /must name one host \(the worker tries no others\); got several$/],
    ["postgresql://u:secret@a:5432,b:5432/d?target_session_attrs=primary", /must name one host .*; got several$/],
    ["postgresql://a:5432,b:5432/d?user=u&password=secret", /must name one host .*; got several$/],
    ["postgresql://u%00x:secret@h/d", /must have no %00 \(a name ends at a zero byte\); got one$/],
    ["postgresql://u:p@secret,b/secret@h/d", /must name one host .*; got several$/],
    ["postgresql://u:secret@h/d?sslmode=", /must have an sslmode of disable, .*; got sslmode=$/],
    ["postgresql://u:secret@h/d?sslmode=REQUIRE", /; got sslmode=REQUIRE$/],
    ["postgresql://u:secret@h/d?sslcert=x", /must have no parameters but .*; got sslcert$/],
  ];
  for (const [url, reason] of refused) {
    test(`${JSON.stringify(url)} is refused by name, without its password`, () => {
      assert.throws(
        () => parseDatabaseUrl(url),
        (error: Error) => {
          assert.match(error.message, /^DATABASE_URL must /);
          assert.match(error.message, reason);
          return !error.message.includes("secret");
        },
      );
    });
  }
});
