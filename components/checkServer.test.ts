import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

const SERVER = { host: "db.example", port: 5432, database: "shop", admin: "owner", worker: "w", scaler: "s" };

/** The messages of a program whose server comes from another resource. */
function check(changed: object) {
  const program = `
    import { output } from "@pulumi/pulumi";
    import { checkServer } from ${JSON.stringify(import.meta.resolve("./checkServer.ts"))};
    const known = ${JSON.stringify({ ...SERVER, ...changed })};
    checkServer(Object.fromEntries(Object.entries(known).map(([key, value]) => [key, output(value)])));`;
  return spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
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
