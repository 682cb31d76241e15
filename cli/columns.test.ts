import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { columns } from "./columns.ts";

const ROWS = [
  ["what", "p50", "p99"],
  ["claim", "1.20 ms", "10.00 ms"],
  ["load", "0.5 ms", ""],
];

describe("columns", () => {
  test("are as wide as their widest cell, with every cell left-aligned", () => {
    assert.deepEqual(columns(ROWS), ["what    p50       p99", "claim   1.20 ms   10.00 ms", "load    0.5 ms"]);
  });

  test("right-align numbers in all but the first column", () => {
    assert.deepEqual(columns(ROWS, "right"), [
      "what        p50        p99",
      "claim   1.20 ms   10.00 ms",
      "load     0.5 ms",
    ]);
  });

  test("without rows give no lines, and a row may end early", () => {
    assert.deepEqual(columns([]), []);
    assert.deepEqual(columns([["a", "b"], ["c"]]), ["a   b", "c"]);
  });
});
