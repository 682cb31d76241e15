import assert from "node:assert/strict";
import { test } from "node:test";
import { toJson } from "./toJson.ts";

for (const [what, value, got] of [
  ["NUL", { name: "a\0b" }, "a string with \\u0000"],
  ["NUL in a key", { "a\0b": 1 }, "a string with \\u0000"],
  ["NUL after a backslash", "\\\0", "a string with \\u0000"],
  ["the first half of a surrogate pair", ["\ud83d"], "a string with half of a surrogate pair, which is not Unicode"],
  ["the second half of a surrogate pair", "\ude00", "a string with half of a surrogate pair, which is not Unicode"],
  ["both halves in the wrong order", "\ude00\ud83d", "a string with half of a surrogate pair, which is not Unicode"],
] as const) {
  test(`a value with ${what} is refused before PostgreSQL does it, and the message names the value`, () => {
    const message = `a result must be JSON that PostgreSQL can store; got ${got}`;
    assert.throws(() => toJson("a result", value), { name: "RangeError", message });
  });
}

for (const value of ["\\u0000", "\\\\ud83d", "\u0001\u001f\n", "\ud83d\ude00", "\u2028", { "\\": "u0000" }]) {
  test(`${JSON.stringify(value)} can be stored`, () => {
    assert.equal(toJson("a result", value), JSON.stringify(value));
  });
}
