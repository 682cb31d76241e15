import assert from "node:assert/strict";
import { test } from "node:test";
import { isSecret, output, secret } from "@pulumi/pulumi";
import { evaluate } from "../tests/support/pulumi/evaluate.ts";
import { settled } from "../tests/support/pulumi/recordResources.ts";
import { checkedArgs } from "./checkedArgs.ts";

const make = (args: object) =>
  checkedArgs(
    "X",
    () => undefined,
    args,
    (known) => known,
  );

test("arguments from other resources keep their values, and stay secrets", async () => {
  const checked = make({ user: output("u"), pod: { env: { TOKEN: secret("t") } } });
  assert.deepEqual(await settled(checked), { user: "u", pod: { env: { TOKEN: "t" } } });
  assert.equal(await isSecret(checked), true);
  assert.equal(await isSecret(make({ user: output("u") })), false);
});

const MIGRATION = `
  import { MIGRATION_ARGS } from "../tests/support/pulumi/componentArgs.ts";
  import { checkServer } from "./checkServer.ts";
  import { batchRule } from "./batchRules.ts";
  import { migrationRule } from "./migrationRules.ts";
  import { checkedArgs } from "./checkedArgs.ts";
  import { output, secret } from "@pulumi/pulumi";
  const { admin, ...shared } = MIGRATION_ARGS;
  const SERVER = { host: "db", port: 5432, database: "shop", admin: "a", worker: "w", scaler: "s" };`;

for (const [what, check] of [
  ["a batch", (value: string) => `batchRule, { ...shared, kind: "page", leaseSeconds: 30, namespace: ${value} }`],
  ["a migration", (value: string) => `migrationRule, { ...MIGRATION_ARGS, namespace: ${value} }`],
] as const)
  test(`a wrong value of ${what} is refused when it is known, and not shown if it is a secret`, () => {
    for (const [value, got] of [
      ['output("ge heim")', 'got "ge heim"'],
      ['secret("ge heim")', "got a secret"],
    ] as const) {
      const { status, stderr } = evaluate(`${MIGRATION} checkedArgs("X", ${check(value)}, () => undefined);`);
      assert.equal(status, 1);
      assert.ok(stderr.includes(`(the namespace of the batches); ${got}`), stderr);
      assert.equal(stderr.includes("heim"), value.startsWith("output"));
    }
  });

test("a wrong address of an existing server is not shown if it is a secret", () => {
  const { status, stderr } = evaluate(`${MIGRATION} checkServer({ ...SERVER, host: secret("ge heim") });`);
  assert.equal(status, 1);
  assert.ok(stderr.includes("host must be a host name") && !stderr.includes("heim"), stderr);
});
