import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type OptionRule, readOptions } from "./options.ts";

const RULES = {
  runs: { min: 1, max: 1_000, why: "each is a process", byDefault: 15 },
  seconds: { min: 0.1, max: 60, fractions: true, why: "one turn", byDefault: 1 },
} as const satisfies Record<string, OptionRule>;

const read = (words: string) => readOptions(words.split(" ").filter(Boolean), RULES, ["json"]);

describe("readOptions", () => {
  const table: readonly [words: string, options: ReturnType<typeof read>][] = [
    ["", { runs: 15, seconds: 1, json: false }],
    ["--runs 3", { runs: 3, seconds: 1, json: false }],
    ["--seconds=0.5 --json", { runs: 15, seconds: 0.5, json: true }],
    ["--runs 1 --runs 2", { runs: 2, seconds: 1, json: false }],
  ];
  for (const [words, options] of table) {
    test(`reads "${words}", with defaults for the rest`, () => assert.deepEqual(read(words), options));
  }

  test("refuses a number outside of its limits by its name", () => {
    assert.throws(() => read("--runs 0"), {
      name: "RangeError",
      message: '--runs must be a whole number from 1 to 1000 (each is a process); got "0"',
    });
  });

  for (const words of ["--run 1", "extra", "--json=yes", "--runs"]) {
    test(`refuses "${words}" and names all there are`, () => {
      assert.throws(() => read(words), {
        name: "RangeError",
        message: `options must be --runs N, --seconds N, --json (there are no others); got ${words}`,
      });
    });
  }
});
