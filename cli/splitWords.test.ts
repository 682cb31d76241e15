import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, test } from "node:test";
import { shellQuote } from "./shellQuote.ts";
import { splitWords } from "./splitWords.ts";

/** The words into which a real shell splits the text. */
function splitByShell(text: string): string[] {
  return execFileSync("/bin/sh", ["-fc", `printf '%s\\0' ${text}`], { encoding: "utf8" })
    .split("\0")
    .slice(0, -1);
}

describe("splitWords", () => {
  const texts = [
    "python3 work.py",
    "  sh   -c\t'echo  \"$HOME\" | wc'  ",
    `a"b c"'d e'\\ f`,
    String.raw`"a\"b" "\\" "\n" "\$HOME" 'it'\''s'`,
    '"" x',
    "a#b~ --url=http://h/?a=1,b=*",
    "a\\\nb 'c\nd'",
    shellQuote(`it's; "$x" \\ ü`),
  ];
  for (const text of texts)
    test(`splits ${JSON.stringify(text)} into the same words as a shell`, () =>
      assert.deepEqual(splitWords(text), splitByShell(text)));

  test("splits blank text into no words", () => assert.deepEqual(splitWords(" \n"), []));

  const refused: readonly (readonly [text: string, reason: string])[] = [
    ["python3 work.py | tee log", "an unquoted |"],
    ["a && b", "an unquoted &"],
    ["a; b", "an unquoted ;"],
    ["a > b", "an unquoted >"],
    ["a # b", "an unquoted #"],
    ["(a)", "an unquoted ("],
    ["echo $HOME", "a $ outside single quotes"],
    ['echo "$HOME"', "a $ outside single quotes"],
    ["echo `id`", "a ` outside single quotes"],
    ["MODE=fast python3 work.py", "an unquoted MODE="],
    ["~/work.py", "an unquoted ~"],
    ["it's", `"'" that is not closed`],
    ['a "b', `"\\"" that is not closed`],
    ["a\\", `"\\\\" that is not closed`],
  ];
  for (const [text, reason] of refused)
    test(`refuses ${text}: ${reason}`, () =>
      assert.throws(() => splitWords(text), { name: "RangeError", message: reason }));
});
