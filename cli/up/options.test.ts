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
    ["-- --stack mine -y", "mine", ["-y"]],
    ["--refresh -s mine --diff", "mine", ["--refresh", "--diff"]],
    ["-s=mine --config a=b --target urn", "mine", ["--config", "a=b", "--target", "urn"]],
  ] as const)
    test(`"${args}" is stack ${stack}, and pulumi gets ${JSON.stringify(pulumiArgs)}`, () =>
      assert.deepEqual(readOptions(HELP, args.split(" ").filter(Boolean)), { stack, pulumiArgs }));

  test("PULUMI_STACK names the stack for Pulumi, so it does here, unless --stack does", () => {
    const env = { PULUMI_STACK: "prod" };
    assert.equal(readOptions(HELP, [], env).stack, "prod");
    assert.equal(readOptions(HELP, ["-s", "two"], env).stack, "two");
    assert.equal(readOptions(HELP, [], { PULUMI_STACK: "" }).stack, "dev");
  });

  test("asks for help", () => {
    assert.throws(() => readOptions(HELP, ["--help"]), HelpRequest);
  });

  for (const args of [["--stack"], ["--stack="], ["--stack", "--diff"]])
    test(`refuses ${JSON.stringify(args)}`, () =>
      assert.throws(() => readOptions(HELP, args), /^UsageError: .*--stack/));

  for (const args of ["-ys prod", "-fysprod", "-ys=prod", "-y -- --stack prod", "-y -- --stack=prod"]) {
    test(`refuses "${args}", which only Pulumi would read as the stack: another one would be changed`, () => {
      assert.throws(() => readOptions(HELP, args.split(" ")), /^UsageError: a stack must be --stack NAME or -s NAME, /);
    });
  }

  // `npm run down prod`, and `npm run down -s prod`, whose `-s` is npm's --silent: Pulumi would destroy the default stack.
  for (const args of [
    "prod",
    "--yes prod",
    "--exclude-protected prod",
    "--show-secrets prod",
    "--urns prod",
    "-yQ prod",
    "--stack dev prod",
    "--config a=b c=d",
    "--config=a=b prod",
  ]) {
    test(`refuses the word in "${args}" that belongs to no option`, () => {
      const word = JSON.stringify(args.split(" ").at(-1));
      assert.throws(() => readOptions(HELP, args.split(" ")), {
        message: `every argument must be an option or its value (a stack is --stack NAME, after --: npm run up -- --stack NAME); got ${word}`,
      });
    });
  }

  for (const [name, value] of [
    ["stack", "prod"],
    ["preview_only", "true"],
    ["dry_run", "true"],
  ] as const) {
    test(`refuses to run without the option that npm has kept as npm_config_${name}`, () => {
      const flag = `--${name.replace("_", "-")}`;
      assert.throws(() => readOptions(HELP, [], { [`npm_config_${name}`]: value }), {
        message: `${flag} must come after -- (npm keeps the options before it, and those in .npmrc, for itself): npm run up -- ${flag} ...; got npm_config_${name}="${value}"`,
      });
      assert.doesNotThrow(() => readOptions(HELP, [`${flag}=${value}`], { [`npm_config_${name}`]: value }));
      assert.doesNotThrow(() => readOptions(HELP, [], { [`npm_config_${name}`]: "" }));
    });
  }
});
