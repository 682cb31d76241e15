import assert from "node:assert/strict";
import { test } from "node:test";
import { isKept } from "../../bench/limit.ts";
import { type FaultCost, faultTable, toFinding } from "./faultCosts.ts";

const kill: FaultCost = {
  fault: "SIGKILL",
  at: 12.3,
  seconds: 14.26,
  until: "it ran again",
  limit: 40,
  ended: 1,
  reason: "crashed",
};
const restart: FaultCost = { fault: "restart", at: 60, seconds: 41, until: "a claim", limit: 40, ended: 0 };

test("a fault that costs more than allowed misses its limit", () => {
  assert.deepEqual([kill, restart].map(toFinding).map(isKept), [true, false]);
});

test("costs are printed as a table, each with its time, its cost, and its effect on attempts", () => {
  assert.deepEqual(faultTable([kill, restart]).split("\n").slice(2), [
    "| SIGKILL | 12 s | 14.3 s | it ran again | 40 s | 1 crashed |",
    "| restart | 60 s | 41.0 s | a claim | 40 s | none |",
  ]);
});
