import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog } from "./log.ts";

function written(fields: Record<string, unknown>): Record<string, unknown> {
  const lines: string[] = [];
  createLog({ request: "1" }, (line) => lines.push(line)).info("said", fields);
  assert.equal(lines.length, 1);
  const { time, ...rest } = JSON.parse(lines[0] ?? "");
  assert.ok(Math.abs(Date.parse(time) - Date.now()) < 10_000);
  return rest;
}

test("a line is JSON with its time, level and message, the log's fields and its own", () => {
  assert.deepEqual(written({ characters: 3 }), { level: "info", message: "said", request: "1", characters: 3 });
});

test("no field replaces the time, level or message", () => {
  assert.deepEqual(written({ time: "never", level: "x", message: "y", request: "2" }), {
    level: "info",
    message: "said",
    request: "1",
  });
});

test("values that JSON cannot represent are written as text", () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  assert.match(String(written({ count: 7n }).fields), /count: 7n/);
  assert.match(String(written({ circle }).fields), /Circular/);
});

test("fields that JSON cannot represent, given for every line, are written as text and hide no other", () => {
  const lines: string[] = [];
  const log = createLog({ requestId: "1" }, (line) => lines.push(line));
  log.with({ count: 7n }).info("said", { pages: 3 });
  const { requestId, pages, fields } = JSON.parse(lines[0] ?? "");
  assert.deepEqual({ requestId, pages, fields }, { requestId: "1", pages: 3, fields: "{ count: 7n }" });
  const throwing = {
    get count(): number {
      throw new Error("no");
    },
  };
  log.with(throwing).info("said");
  assert.equal(JSON.parse(lines[1] ?? "").requestId, "1");
});

test("a line that is too long is shortened, and keeps the log's fields and the start of its own", () => {
  const { fields, ...rest } = written({ text: "x".repeat(100_000) });
  assert.deepEqual(rest, { level: "info", message: "said", request: "1" });
  assert.match(String(fields), /^\{"time":.*"text":"x+\.\.\. \(\d+ more characters\)$/);
  assert.ok(String(fields).length < 21_000);
});
