import assert from "node:assert/strict";
import { test } from "node:test";
import { atLeast, atMost, exactly, isKept } from "./limit.ts";

for (const [bound, limit, kept, missed] of [
  ["at most", atMost, [1.49, 1.5], [1.51, Number.NaN]],
  ["at least", atLeast, [1.5, 1.51], [1.49, Number.NaN]],
  ["exactly", exactly, [1.5], [1.49, 1.51, Number.NaN]],
] as const) {
  test(`a limit of ${bound} 1.5 is met by ${kept}, and missed by ${missed}`, () => {
    for (const measured of kept) assert.ok(isKept(limit(1.5, "it", measured)), String(measured));
    for (const measured of missed) assert.ok(!isKept(limit(1.5, "it", measured)), String(measured));
  });
}
