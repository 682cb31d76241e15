import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import { shellQuote } from "./shellQuote.ts";

describe("shellQuote", () => {
  test("leaves plain words as they are", () => assert.equal(shellQuote("/tmp/a-b_c.d:1"), "/tmp/a-b_c.d:1"));

  test("is undone by a shell, whatever the word contains", () => {
    const words = ["", "two words", "it's", '"', "$HOME", "`id`", "a;b", "a\nb", "\\", "*", "~", "é", "-x", "#"];
    const printed = execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${words.map(shellQuote).join(" ")}`]).toString();
    assert.deepEqual(printed.split("\0").slice(0, -1), words);
  });
});
