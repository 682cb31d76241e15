import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { pulumiEnv } from "./pulumiEnv.ts";

const OWN = { PULUMI_BACKEND_URL: "file:///a%20checkout", PULUMI_CONFIG_PASSPHRASE: "" };
const WITHOUT_PASSPHRASE = { PULUMI_BACKEND_URL: OWN.PULUMI_BACKEND_URL };

describe("Pulumi's state", () => {
  for (const [what, env, credentials, expected] of [
    ["is in the checkout, with an empty passphrase, if nothing is chosen", {}, undefined, OWN],
    ["is in the checkout after a logout", {}, '{"current":"","accounts":{}}', OWN],
    ["is in the checkout if the credentials cannot be read", {}, "{", OWN],
    ["has the user's passphrase", { PULUMI_CONFIG_PASSPHRASE: "mine" }, undefined, WITHOUT_PASSPHRASE],
    ["has the user's passphrase, even an empty one", { PULUMI_CONFIG_PASSPHRASE: "" }, undefined, WITHOUT_PASSPHRASE],
    ["has the passphrase of the user's file", { PULUMI_CONFIG_PASSPHRASE_FILE: "f" }, undefined, WITHOUT_PASSPHRASE],
    ["is where PULUMI_BACKEND_URL says", { PULUMI_BACKEND_URL: "s3://mine" }, undefined, {}],
    ["is where the access token points to", { PULUMI_ACCESS_TOKEN: "t" }, undefined, {}],
    ["is where the user is logged in", {}, '{"current":"https://api.pulumi.com"}', {}],
  ] as const)
    test(what, () => assert.deepEqual(pulumiEnv("/a checkout", { env, credentials }), expected));

  for (const [root, url] of [
    ["/home/me/postgres-batch", "file:///home/me/postgres-batch"],
    ["/work #1", "file:///work%20%231"],
    ["/why?", "file:///why%3F"],
    ["/100%", "file:///100%25"],
    ["/a%20b", "file:///a%2520b"],
    ["/é", "file:///%C3%A9"],
  ] as const) {
    test(`is in ${root} if that is the checkout, even with characters that are special in a URL`, () => {
      const { PULUMI_BACKEND_URL = "" } = pulumiEnv(root, { env: {}, credentials: undefined });
      assert.equal(PULUMI_BACKEND_URL, url);
      assert.equal(fileURLToPath(url), root);
    });
  }
});
