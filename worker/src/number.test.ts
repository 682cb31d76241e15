import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type NumberRule, parseNumber } from "./number.ts";

const WHOLE: NumberRule = { min: -1, max: 100, why: "so it is" };
const FRACTIONS: NumberRule = { ...WHOLE, fractions: true };

describe("parseNumber", () => {
  const read: readonly [text: string, rule: NumberRule, value: number][] = [
    ["40", WHOLE, 40],
    ["-1", WHOLE, -1],
    ["100", WHOLE, 100],
    ["007", WHOLE, 7],
    ["0.5", FRACTIONS, 0.5],
    ["-0.25", FRACTIONS, -0.25],
    ["40", FRACTIONS, 40],
  ];
  for (const [text, rule, value] of read) {
    test(`reads ${text} as ${value}`, () => assert.equal(parseNumber("it", text, rule), value));
  }

  const refused: readonly (readonly [text: string, rule: NumberRule])[] = [
    ...["", " ", "-2", "101", "1.5", "+1", "1e1", "0x10", "1_0", " 1", "1 ", "1s", "many", "NaN", "Infinity"].map(
      (text) => [text, WHOLE] as const,
    ),
    ...["-1.1", "100.1", "1.", ".5", "1.5e1", "1,5", "1.5s"].map((text) => [text, FRACTIONS] as const),
  ];
  for (const [text, rule] of refused) {
    const form = rule.fractions ? "a number" : "a whole number";
    test(`refuses ${JSON.stringify(text)} as ${form}, saying what is allowed, why, and what it got`, () => {
      assert.throws(() => parseNumber("it", text, rule), {
        name: "RangeError",
        message: `it must be ${form} from -1 to 100 (so it is); got ${JSON.stringify(text)}`,
      });
    });
  }
});
