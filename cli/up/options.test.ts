import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { configFlag, isRefreshFlag, readOptions } from "./options.ts";

describe("the command line of npm run up and down", () => {
  for (const [args, stack, pulumiArgs] of [
    ["", "dev", []],
    ["--stack mine", "mine", []],
    ["--stack=mine -c pollingInterval=5", "mine", ["-c", "pollingInterval=5"]],
    ["--refresh -s mine --diff", "mine", ["--refresh", "--diff"]],
  ] as const) {
    test(`"${args}" is stack ${stack}, and pulumi gets ${JSON.stringify(pulumiArgs)}`, () => {
      assert.deepEqual(readOptions(args.split(" ").filter(Boolean)), { stack, pulumiArgs, help: false });
    });
  }

  test("asks for help", () => {
    assert.ok(readOptions(["--help"]).help);
  });

  for (const args of [["--stack"], ["--stack="], ["--stack", "--diff"]]) {
    test(`refuses ${JSON.stringify(args)}`, () => {
      assert.throws(() => readOptions(args), /^RangeError: --stack must be a stack's name \(pulumi stack ls\); got "/);
    });
  }

  for (const [args, value] of [
    [[], undefined],
    [["--config", "pollingInterval=5"], undefined],
    [["--config", "postgres-batch:kubernetesContext=kind-kind"], "kind-kind"],
    [["-c", "kubernetesContext=a", "-c=kubernetesContext=b=c"], "b=c"],
  ] as const) {
    test(`finds in ${JSON.stringify(args)} the context ${value}`, () => {
      assert.equal(configFlag(args, "kubernetesContext"), value);
    });
  }

  for (const [arg, refreshes] of [
    ["--refresh", true],
    ["-r", true],
    ["--refresh=true", true],
    ["--refresh=false", false],
    ["--refresher", false],
  ] as const) {
    test(`${arg} ${refreshes ? "asks" : "does not ask"} for a refresh`, () => {
      assert.equal(isRefreshFlag(arg), refreshes);
    });
  }
});
