import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readOptions } from "./options.ts";

const read = (...args: string[]) => readOptions(args, ["up", "zero"], ["up", "zero", "short"]);

describe("readOptions", () => {
  test("no name selects all scenarios", () => {
    assert.deepEqual(read(), { names: ["up", "zero"], polls: 20, losses: 20, keep: false, record: false });
  });
  test("names run in the order given", () => {
    assert.deepEqual(read("short", "up", "--polls", "3", "--losses", "1", "--keep", "--record"), {
      names: ["short", "up"],
      polls: 3,
      losses: 1,
      keep: true,
      record: true,
    });
  });
  for (const args of [
    ["down"],
    ["--polls", "0"],
    ["--polls", "x"],
    ["--polls", "1.5"],
    ["--polls", "1e2"],
    ["--polls", "1001"],
    ["--losses", "0"],
    ["--losses", "101"],
    ["--fast"],
  ]) {
    test(`refuses ${args.join(" ")}`, () =>
      assert.throws(() => read(...args), /^UsageError: .*(must be|unknown option)/));
  }
});
