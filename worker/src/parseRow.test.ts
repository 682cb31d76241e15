import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRow } from "./parseRow.ts";

for (const { json, row } of [
  { json: '{"n": 9007199254740993}', row: { n: "9007199254740993" } },
  { json: '{"n": 12345678901234567.89}', row: { n: "12345678901234567.89" } },
  { json: '{"n": 1e-7, "m": -20, "share": 1.50, "zero": 0}', row: { n: 1e-7, m: -20, share: 1.5, zero: 0 } },
  {
    json: '{"list": [1, 9007199254740993], "text": "1", "none": null}',
    row: { list: [1, "9007199254740993"], text: "1", none: null },
  },
]) {
  test(`of ${json}, numbers that JavaScript would round become text; all others stay numbers`, () => {
    assert.deepEqual(parseRow(json), row);
  });
}

test("a number of a hundred thousand digits is read at once, whatever they are", () => {
  const number = `1${"0".repeat(100_000)}1`;
  const startedAt = performance.now();
  assert.deepEqual(parseRow(`{"n": ${number}}`), { n: number });
  assert.ok(performance.now() - startedAt < 1_000);
});
