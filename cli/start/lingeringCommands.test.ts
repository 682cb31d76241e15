import assert from "node:assert/strict";
import { test } from "node:test";
import { createLingerNotice } from "./lingeringCommands.ts";

/** The notices about pods that run at these times. */
function notices(history: readonly (readonly [ms: number, podNames: readonly string[]])[]): string[] {
  const lines: string[] = [];
  let now = 0;
  const notice = createLingerNotice(
    (line) => lines.push(line),
    () => now,
  );
  for (const [ms, podNames] of history) {
    now = ms;
    notice(podNames);
  }
  return lines;
}

test("commands that run on for 10 s after every request has ended are named, once", () => {
  const before = [
    [0, ["a"]],
    [9_999, ["a"]],
    [9_999, []],
    [15_000, ["b"]],
    [24_999, ["b"]],
  ] as const;
  assert.deepEqual(notices(before), []);
  const lines = notices([...before, [25_000, ["b", "c"]], [40_000, ["b"]]]);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /still runs in b, c: a program must exit after batch\.finish\(\)/);
});

test("pods of which none runs on for 10 s are not named, however many there are one after another", () => {
  const history = Array.from({ length: 120 }, (_, index) => {
    const number = Math.floor(index / 10);
    return [index * 500, [`pod ${number}`, `pod ${number + 1}`]] as const;
  });
  assert.deepEqual(notices(history), []);
});
