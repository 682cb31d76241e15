import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HelpRequest } from "../args.ts";
import { readOptions } from "./options.ts";

const HELP = { name: "npm run up --", description: "", notes: "" };

describe("the command line of npm run up and down", () => {
  for (const [args, stack, pulumiArgs] of [
    ["", "dev", []],
    ["--stack mine", "mine", []],
    ["--stack=mine -c pollingInterval=5", "mine", ["-c", "pollingInterval=5"]],
    ["--refresh -s mine --diff", "mine", ["--refresh", "--diff"]],
    ["-s=mine --config a=b --target urn", "mine", ["--config", "a=b", "--target", "urn"]],
  ] as const) {
    test(`"${args}" is stack ${stack}, and pulumi gets ${JSON.stringify(pulumiArgs)}`, () => {
      assert.deepEqual(readOptions(HELP, args.split(" ").filter(Boolean)), { stack, pulumiArgs });
    });
  }

  test("asks for help", () => {
    assert.throws(() => readOptions(HELP, ["--help"]), HelpRequest);
  });

  for (const args of [["--stack"], ["--stack="], ["--stack", "--diff"]]) {
    test(`refuses ${JSON.stringify(args)}`, () => {
      assert.throws(() => readOptions(HELP, args), /^UsageError: .*--stack/);
    });
  }
});
