import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { configured, readOptions } from "./options.ts";

describe("the command line of npm run up and down", () => {
  for (const [args, stack, passedOn] of [
    ["", "dev", []],
    ["--stack mine", "mine", []],
    ["--stack=mine -c pollingInterval=5", "mine", ["-c", "pollingInterval=5"]],
    ["--refresh -s mine --diff", "mine", ["--refresh", "--diff"]],
  ] as const) {
    test(`"${args}" is stack ${stack}, and pulumi gets ${JSON.stringify(passedOn)}`, () => {
      assert.deepEqual(readOptions(args.split(" ").filter(Boolean)), { stack, passedOn, help: false });
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
      assert.equal(configured(args, "kubernetesContext"), value);
    });
  }
});
