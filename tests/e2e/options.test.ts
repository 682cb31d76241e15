import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readOptions } from "./options.ts";

const read = (...args: string[]) =>
  readOptions(args, { all: ["up", "zero"], known: ["up", "zero", "short"], notExisting: ["up"] });

describe("readOptions", () => {
  test("no name is all of them", () => {
    assert.deepEqual(read(), {
      names: ["up", "zero"],
      polls: 20,
      losses: 20,
      keep: false,
      existing: false,
      record: false,
    });
  });
  test("names run in the order given", () => {
    assert.deepEqual(read("short", "up", "--polls", "3", "--losses", "1", "--keep", "--record"), {
      names: ["short", "up"],
      polls: 3,
      losses: 1,
      keep: true,
      existing: false,
      record: true,
    });
  });
  test("--existing leaves out what cannot run then", () => {
    assert.deepEqual(read("--existing").names, ["zero"]);
    assert.deepEqual(read("--existing", "short").names, ["short"]);
  });
  for (const args of [
    ["down"],
    ["--existing", "up"],
    ["--polls", "0"],
    ["--polls", "x"],
    ["--polls", "1.5"],
    ["--polls", "1e2"],
    ["--polls", "1001"],
    ["--losses", "0"],
    ["--losses", "101"],
    ["--fast"],
    ["--existing", "--keep"],
  ]) {
    test(`refuses ${args.join(" ")}`, () =>
      assert.throws(() => read(...args), /^UsageError: .*(must be|unknown option)/));
  }
});
