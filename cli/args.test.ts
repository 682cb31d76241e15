import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HelpRequest, readArgs } from "./args.ts";

const SPEC = {
  name: "npm run thing --",
  description: "Does a thing.",
  options: {
    maxRuns: { help: "runs", defaultValue: 15, rule: { min: 1, max: 1_000, why: "each is a process" } },
    seconds: { rule: { min: 0.1, max: 60, fractions: true, why: "one turn" } },
    stack: { help: "the stack", placeholder: "NAME", what: "a stack's name", short: "s", defaultValue: "dev" },
    file: { help: "a file", placeholder: "FILE", what: "a file" },
    json: { help: "one object" },
    old: { help: "json's old name", hidden: true },
  },
} as const;

const read = (words: string) => readArgs(SPEC, words.split(" ").filter(Boolean));
const DEFAULTS = { maxRuns: 15, seconds: undefined, stack: "dev", file: undefined, json: false, old: false };

describe("readArgs", () => {
  const table: readonly (readonly [string, object])[] = [
    ["", {}],
    ["--max-runs 3", { maxRuns: 3 }],
    ["--seconds=0.5 --json", { seconds: 0.5, json: true }],
    ["--max-runs 1 --max-runs 2", { maxRuns: 2 }],
    ["-s prod --file a.sql", { stack: "prod", file: "a.sql" }],
    ["--old", { old: true }],
    ["-- --json --max-runs 3", { json: true, maxRuns: 3 }],
  ];
  for (const [words, options] of table)
    test(`reads "${words}", with defaults for the rest`, () =>
      assert.deepEqual(read(words).options, { ...DEFAULTS, ...options }));

  test("knows which options were given", () => {
    assert.deepEqual([...read("--max-runs 15 --json").given], ["maxRuns", "json"]);
  });

  const wrong: readonly (readonly [string, RegExp])[] = [
    ["--max-runs 0", /^--max-runs must be a whole number from 1 to 1000 \(each is a process\); got "0"$/],
    ["--max-runs -1", /^--max-runs must be .*; got "-1"$/],
    ["--max-runs x --seconds y", /^--max-runs must .*\n--seconds must /],
    ["--max-run 1", /^unknown option '--max-run' \(Did you mean --max-runs\?\); see npm run thing -- --help$/],
    ["--max-runs", /^option '--max-runs <N>' argument missing; see/],
    ["extra", /^every argument must be an option or its value .*; got "extra"$/],
    ["--json=yes", /--json/],
    ["--file --json", /^--file must be a file; got "--json"$/],
    ["--stack=", /^--stack must be a stack's name; got ""$/],
  ];
  for (const [words, message] of wrong)
    test(`refuses "${words}" by name`, () =>
      assert.throws(() => read(words), { name: "UsageError", exitCode: 64, message }));

  test("prints help with every option, its range, its default and its description, except hidden ones", () => {
    for (const flag of ["--help", "-h", "--json --help"]) {
      assert.throws(
        () => read(flag),
        (error) => {
          assert.ok(error instanceof HelpRequest);
          assert.match(error.text, /^Usage: npm run thing -- \[options\]\n\nDoes a thing\./);
          assert.match(error.text, /--max-runs <N> +runs \(1 to 1000; default 15\)/);
          assert.match(error.text, /--seconds <S> +\(0.1 to 60\)/);
          assert.match(error.text, /-s, --stack <NAME> +the stack \(default dev\)/);
          assert.doesNotMatch(error.text, /--old/);
          return true;
        },
      );
    }
  });

  test("refuses to run without options that npm has kept for itself, since `--` was forgotten", () => {
    const env = { npm_config_max_runs: "3", npm_config_json: "true", npm_config_file: "", npm_config_audit: "true" };
    assert.throws(() => readArgs(SPEC, ["--json"], env), {
      message:
        '--max-runs must come after -- (npm keeps the options before it, and those in .npmrc, for itself): npm run thing -- --max-runs ...; got npm_config_max_runs="3"',
    });
  });

  test("names the options that npm has kept, not the values that it passed on: npm start --requests 5", () => {
    const kept = { npm_config_max_runs: "true" };
    assert.throws(() => readArgs(SPEC, ["5"], kept), /^UsageError: --max-runs must come after -- /);
    assert.throws(() => readArgs(SPEC, ["5"], {}), /^UsageError: every argument must be an option .*; got "5"$/);
  });

  test("accepts only words from the list of choices, if there is one", () => {
    const spec = { ...SPEC, words: { name: "NAME", help: "what", choices: ["up", "zero"] } };
    assert.deepEqual(readArgs(spec, ["zero", "--json", "up"]).words, ["zero", "up"]);
    assert.throws(() => readArgs(spec, ["down"]), /^UsageError: NAME must be up, zero; got "down"$/);
  });

  const passed: readonly (readonly [string, string, string])[] = [
    ["--stack prod --yes --config a=b", "prod", "--yes --config a=b"],
    ["--config a=b --stack=prod --yes", "prod", "--config a=b --yes"],
    ["-s=prod -c a=b", "prod", "-c a=b"],
    ["-s prod", "prod", ""],
    ["--refresh -y", "dev", "--refresh -y"],
  ];
  for (const [words, stack, rest] of passed) {
    test(`leaves the other program's options in "${words}" unchanged`, () => {
      const args = readArgs({ ...SPEC, passRest: true }, words.split(" "));
      assert.equal(args.options.stack, stack);
      assert.equal(args.rest.join(" "), rest);
    });
  }
});
