import assert from "node:assert/strict";
import { test } from "node:test";
import { runScript } from "../../../tests/support/commandAttempt.ts";
import { OutputTail, TAIL_BYTES } from "./outputTail.ts";

function tail(...chunks: Buffer[]): string {
  const stderr = new OutputTail();
  for (const chunk of chunks) stderr.add(chunk);
  return stderr.toString();
}

test("the last 8 KiB of stderr are the attempt's error", async () => {
  const { result } = await runScript("for i in $(seq 1000); do echo line $i; done >&2; exit 1");
  assert.ok(result.outcome === "failed");
  const all = Array.from({ length: 1_000 }, (_, index) => `line ${index + 1}\n`).join("");
  assert.equal(result.message, `exit code 1: ${all.slice(-TAIL_BYTES).trimEnd()}`);
});

for (const character of ["é", "€", "😀"]) {
  for (let shift = 0; shift < 4; shift++) {
    test(`${character} is whole or missing if the text is cut ${shift} bytes later`, () => {
      const text = tail(Buffer.from("x".repeat(shift) + character.repeat(TAIL_BYTES)));
      assert.equal(text, character.repeat(text.length / character.length));
      assert.ok(Buffer.byteLength(text) > TAIL_BYTES - 4);
    });
  }
}

test("a character that arrives in two chunks is whole", () => {
  const [first, second] = [Buffer.from("é").subarray(0, 1), Buffer.from("é").subarray(1)];
  assert.equal(tail(first, second), "é");
});

test("NUL and invalid UTF-8 become a replacement character, which PostgreSQL can store", () => {
  assert.equal(tail(Buffer.from([0x61, 0x00, 0xff, 0x80, 0x62, 0x0a])), "a\uFFFD\uFFFD\uFFFDb");
});

test("blank lines at the start are left out, as PHP writes one before an error: a table shows the first line", () => {
  assert.equal(tail(Buffer.from("\n \r\nFatal error\n  at x\n")), "Fatal error\n  at x");
  assert.equal(tail(Buffer.from("  indented\n")), "  indented");
});
