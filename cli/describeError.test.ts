import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { describeError } from "./describeError.ts";

describe("describeError", () => {
  const rows: readonly (readonly [unknown, string])[] = [
    [new Error("permission denied"), "permission denied"],
    [new Error("cannot migrate: permission denied", { cause: new Error("permission denied") }), "permission denied"],
    [new AggregateError([new Error("refused ::1"), new Error("refused 127.0.0.1")]), "refused ::1; refused 127.0.0.1"],
    [new AggregateError([]), "AggregateError"],
    [new TypeError(""), "TypeError"],
    ["a string", "a string"],
    [null, "null"],
  ];
  for (const [error, text] of rows) test(`says "${text}"`, () => assert.equal(describeError(error), text));
});
