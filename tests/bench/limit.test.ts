import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { describeLimit, isKept, type Limit } from "./limit.ts";

describe("a limit", () => {
  const table: readonly [bound: Limit["bound"], measured: number, kept: boolean][] = [
    ["at most", 1.49, true],
    ["at most", 1.5, true],
    ["at most", 1.51, false],
    ["at most", Number.NaN, false],
    ["at least", 1.51, true],
    ["at least", 1.5, true],
    ["at least", 1.49, false],
    ["at least", Number.NaN, false],
    ["exactly", 1.5, true],
    ["exactly", 1.51, false],
    ["exactly", 1.49, false],
    ["exactly", Number.NaN, false],
  ];
  for (const [bound, measured, kept] of table) {
    test(`of ${bound} 1.5 is ${kept ? "met" : "missed"} by ${measured}`, () => {
      assert.equal(isKept({ what: "it", measured, bound, limit: 1.5 }), kept);
    });
  }

  const lines: Readonly<Record<string, Limit>> = {
    "ok      claim + finish, p50: 1.20 (at most 1.5)": {
      what: "claim + finish, p50",
      measured: 1.2,
      bound: "at most",
      limit: 1.5,
    },
    "MISSED  kill to free, p99: 1000.50 ms (at most 1000 ms)": {
      what: "kill to free, p99",
      measured: 1_000.5,
      bound: "at most",
      limit: 1_000,
      unit: " ms",
    },
    "MISSED  kills: NaN (at least 1)": { what: "kills", measured: Number.NaN, bound: "at least", limit: 1 },
  };
  for (const [line, limit] of Object.entries(lines)) {
    test(`is printed as "${line}"`, () => assert.equal(describeLimit(limit), line));
  }
});
