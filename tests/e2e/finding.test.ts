import assert from "node:assert/strict";
import { describe as group, test } from "node:test";
import { isKept } from "../bench/limit.ts";
import { atMost, describe, exactly } from "./finding.ts";

const lines: Record<string, Parameters<typeof describe>[0]> = {
  "60 Jobs": exactly(60, "Jobs", 60),
  "61 Jobs (exactly 60: MISSED)": exactly(60, "Jobs", 61),
  "1.081 times the plain Job (at most 1.15)": atMost(1.15, "times the plain Job", 1.0812),
  "7.3 s up (at most 10 s)": atMost(10, "up", 7.34, " s"),
  "NaN times helm (at most 1.3: MISSED)": atMost(1.3, "times helm", Number.NaN),
  "3 polls (at least 20: MISSED)": { what: "polls", measured: 3, bound: "at least", limit: 20 },
};

group("a finding", () => {
  for (const [line, finding] of Object.entries(lines)) {
    test(`reads ${line}`, () => {
      assert.equal(describe(finding), line);
      assert.equal(isKept(finding), !line.includes("MISSED"));
    });
  }
});
