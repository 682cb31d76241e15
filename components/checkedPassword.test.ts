import assert from "node:assert/strict";
import { test } from "node:test";
import { isSecret, secret } from "@pulumi/pulumi";
import { evaluate } from "../tests/support/pulumi/evaluate.ts";
import { settled } from "../tests/support/pulumi/recordResources.ts";
import { checkedPassword } from "./checkedPassword.ts";

test("a password stays a secret, and that of any other role than KEDA's may have any character in it", async () => {
  const password = checkedPassword("admin", secret("ge heim'"));
  assert.equal(await settled(password), "ge heim'");
  assert.equal(await isSecret(password), true);
});

for (const [role, password, says] of [
  ["scaler", "ge heim", "password must have no white space"],
  ["worker", "", "password must be a string"],
] as const)
  test(`a wrong password of the ${role} ends the program when it is known, and is not shown`, () => {
    const { status, stderr } = evaluate(`
      import { secret } from "@pulumi/pulumi";
      import { checkedPassword } from "./checkedPassword.ts";
      checkedPassword("${role}", secret("${password}"));`);
    assert.equal(status, 1);
    assert.ok(stderr.includes(says) && !stderr.includes("heim"), stderr);
  });
