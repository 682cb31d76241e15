import assert from "node:assert/strict";
import { test } from "node:test";
import { printable } from "./printable.ts";

test("what a terminal would execute is left out: colors, a cleared screen, a title, a bell", () => {
  const text = "\u001b[31mred\u001b[0m \u001b[2J\u001b]0;title\u0007\u0007é😀\t1\nnext \u009b31m\b";
  assert.equal(printable(text), "red é😀\t1\nnext ");
});

test("carriage returns, which would overwrite the line, begin a new one", () => {
  assert.equal(printable("10 %\r20 %\r\nfailed\r\n"), "10 %\n20 %\nfailed\n");
});
