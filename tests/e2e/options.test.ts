import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readOptions } from "./options.ts";

const read = (text = "") =>
  readOptions(text.split(" ").filter(Boolean), {
    all: ["up", "zero"],
    known: ["up", "zero", "short"],
    notExisting: ["up"],
  });

const DEFAULTS = { names: ["up", "zero"], polls: 20, losses: 20, keep: false, existing: false, record: false };

describe("readOptions", () => {
  test("no name is all of them", () => assert.deepEqual(read(), DEFAULTS));

  test("names run in the order given", () => {
    const given = { names: ["short", "up"], polls: 3, losses: 1, keep: true, record: true };
    assert.deepEqual(read("short up --polls 3 --losses 1 --keep --record"), { ...DEFAULTS, ...given });
  });

  test("--existing leaves out what cannot run then", () => {
    assert.deepEqual(read("--existing").names, ["zero"]);
    assert.deepEqual(read("--existing short").names, ["short"]);
  });

  for (const text of [
    "down",
    "--existing up",
    "--polls 0",
    "--polls 1001",
    "--losses 101",
    "--fast",
    "--existing --keep",
  ])
    test(`refuses ${text}`, () => assert.throws(() => read(text), /^UsageError: .*(must be|unknown option)/));
});
