import assert from "node:assert/strict";
import { test } from "node:test";
import { createLingerNotice } from "./lingeringCommands.ts";

test("commands that run on for 10 s after every request has ended are named, once", () => {
  const lines: string[] = [];
  let now = 0;
  const notice = createLingerNotice(
    (line) => lines.push(line),
    () => now,
  );
  notice(["a"]);
  now = 9_999;
  notice(["a"]);
  notice([]);
  now = 15_000;
  notice(["b"]);
  now = 24_999;
  notice(["b"]);
  assert.deepEqual(lines, []);
  now = 25_000;
  notice(["b", "c"]);
  now = 40_000;
  notice(["b"]);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /still runs in b, c: a program must exit after batch\.finish\(\)/);
});

test("pods of which none runs on for 10 s are not named, however many there are one after another", () => {
  const lines: string[] = [];
  let now = 0;
  const notice = createLingerNotice(
    (line) => lines.push(line),
    () => now,
  );
  for (; now < 60_000; now += 500) notice([`pod ${Math.floor(now / 5_000)}`, `pod ${Math.floor(now / 5_000) + 1}`]);
  assert.deepEqual(lines, []);
});
