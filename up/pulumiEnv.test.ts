import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pulumiEnv } from "./pulumiEnv.ts";

const OWN = { PULUMI_BACKEND_URL: "file:///a checkout", PULUMI_CONFIG_PASSPHRASE: "" };
const WITHOUT_PASSPHRASE = { PULUMI_BACKEND_URL: OWN.PULUMI_BACKEND_URL };

describe("Pulumi's state", () => {
  for (const [what, env, credentials, expected] of [
    ["is in the checkout, with an empty passphrase, where nothing is chosen", {}, undefined, OWN],
    ["is in the checkout after a logout", {}, '{"current":"","accounts":{}}', OWN],
    ["is in the checkout where the credentials cannot be read", {}, "{", OWN],
    ["has the user's passphrase", { PULUMI_CONFIG_PASSPHRASE: "mine" }, undefined, WITHOUT_PASSPHRASE],
    ["has the user's passphrase, the empty one too", { PULUMI_CONFIG_PASSPHRASE: "" }, undefined, WITHOUT_PASSPHRASE],
    ["has the passphrase of the user's file", { PULUMI_CONFIG_PASSPHRASE_FILE: "f" }, undefined, WITHOUT_PASSPHRASE],
    ["is where PULUMI_BACKEND_URL says", { PULUMI_BACKEND_URL: "s3://mine" }, undefined, {}],
    ["is where the access token leads", { PULUMI_ACCESS_TOKEN: "t" }, undefined, {}],
    ["is where the user is logged in", {}, '{"current":"https://api.pulumi.com"}', {}],
  ] as const) {
    test(what, () => assert.deepEqual(pulumiEnv("/a checkout", { env, credentials }), expected));
  }
});
