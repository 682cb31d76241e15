import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate } from "../tests/support/pulumi/evaluate.ts";

const SERVER = { host: "db.example", port: 5432, database: "shop", admin: "owner", worker: "w", scaler: "s" };

/** The messages of a program whose server comes from another resource. */
function check(changed: object) {
  return run(`
    const known = ${JSON.stringify({ ...SERVER, ...changed })};
    checkServer(Object.fromEntries(Object.entries(known).map(([key, value]) => [key, output(value)])));`);
}

function run(statements: string) {
  return evaluate(`
    import { output, secret } from "@pulumi/pulumi";
    import { checkedAuthority, checkServer } from "./checkServer.ts";
    ${statements}`);
}

test("a server from another resource is accepted", () => {
  assert.equal(check({}).status, 0);
});

for (const [changed, says] of [
  [{ worker: "owner" }, 'must have three different roles (each has only the rights it needs); got "owner" twice'],
  [{ admin: "o'; psql" }, "admin.user must be a role name"],
  [{ database: "a b" }, "database must be a database name"],
  [{ host: "https://db.example" }, "host must be a host name or an address"],
] as const)
  test(`a wrong server ends the program when it is known: ${Object.keys(changed)}`, () => {
    const { status, stderr } = check(changed);
    assert.equal(status, 1);
    assert.ok(stderr.includes(says), stderr);
  });

for (const [value, got] of [
  ['output("ca.pem")', 'got "ca.pem"'],
  ['secret("ge heim")', "got a secret"],
] as const)
  test(`a wrong certificate authority ends the program when it is known: ${got}`, () => {
    const { status, stderr } = run(`checkedAuthority(${value});`);
    assert.equal(status, 1);
    const says = `tls.ca must be a certificate in PEM (it verifies the server's certificate); ${got}`;
    assert.ok(stderr.includes(says), stderr);
  });

test("an existing PostgreSQL checks its certificate authority when it is known", () => {
  const { status, stderr } = run(`
    const { mockEngine } = await import("../tests/support/pulumi/recordResources.ts");
    const { Postgres } = await import("./postgres.ts");
    await mockEngine();
    const { host, database } = ${JSON.stringify(SERVER)};
    const admin = { user: "owner", secretName: "owner" };
    new Postgres("x", { existing: { host, database, admin, tls: { ca: output("ca.pem") } } });`);
  assert.equal(status, 1);
  assert.match(stderr, /tls\.ca must be a certificate in PEM .*; got "ca\.pem"/);
});
