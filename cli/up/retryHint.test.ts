import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { retryHint } from "./retryHint.ts";

const EXTRA_ENV = { PULUMI_BACKEND_URL: "file:///my%20work%20%231's", PULUMI_CONFIG_PASSPHRASE: "" };

describe("the hint on how to continue", () => {
  for (const [script, stack, pulumiArgs, retry, refresh] of [
    ["up", "dev", [], "npm run up", []],
    ["up", "mine", ["-c", "memory=1 Gi"], "npm run up -- --stack mine -c 'memory=1 Gi'", []],
    ["down", "dev", ["--debug"], "npm run down -- --debug", ["npm run down -- --debug --refresh"]],
    ["down", "dev", ["--refresh"], "npm run down -- --refresh", []],
  ] as const) {
    test(`is "${retry}", with a refresh for missing objects unless there is one, and cancel for a locked stack`, () => {
      const lines = retryHint(script, { stack, pulumiArgs, extraEnv: EXTRA_ENV });
      assert.equal(lines[1], retry);
      const more = lines.slice(2).filter((line) => line.startsWith("npm run"));
      assert.deepEqual(more, refresh);
      const variables = "PULUMI_BACKEND_URL='file:///my%20work%20%231'\\''s' PULUMI_CONFIG_PASSPHRASE=''";
      assert.equal(lines.at(-1), `${variables} pulumi cancel --yes --stack ${stack}`);
    });
  }
});
