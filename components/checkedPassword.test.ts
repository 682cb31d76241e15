import assert from "node:assert/strict";
import { test } from "node:test";
import { isSecret, type Output, secret } from "@pulumi/pulumi";
import { settled } from "../tests/support/pulumi/recordResources.ts";
import { checkedPassword } from "./checkedPassword.ts";

/** The promise behind an output, which Pulumi does not declare. */
const toPromise = (output: Output<string>) => (output as unknown as { promise(): Promise<string> }).promise();

test("a password stays a secret, and any other role than KEDA's may have any character in it", async () => {
  const password = checkedPassword("admin", secret("ge heim'"));
  assert.equal(await settled(password), "ge heim'");
  assert.equal(await isSecret(password), true);
});

for (const [role, password, says] of [
  ["scaler", "ge heim", "password must have no white space"],
  ["worker", "", "password must be a string"],
] as const)
  test(`a wrong password of the ${role} is refused when it is known, and not shown`, async () => {
    await assert.rejects(
      toPromise(checkedPassword(role, secret(password))),
      ({ message }: Error) => message.includes(says) && !message.includes("heim"),
    );
  });
