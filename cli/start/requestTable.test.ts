import assert from "node:assert/strict";
import { test } from "node:test";
import { requestTable } from "./requestTable.ts";

test("an error is the first line of what the command wrote, whatever its colors, carriage returns and tabs", () => {
  const row = { status: "DEAD", attempt: 1, started: "", ended: "", result: null } as const;
  const errors = ["\u001b[31mexit code 1:\u001b[0m no\tpage\r\nmore", "exit code 1: 10 %\r20 %"];
  const rows = errors.map((error, index) => ({ ...row, request_id: String(index), error }));
  const [, first, second] = requestTable(rows, 12);
  assert.match(first ?? "", /^0 +DEAD +1 +exit code 1: no page$/);
  assert.match(second ?? "", /^1 +DEAD +1 +exit code 1: 10 %$/);
});
