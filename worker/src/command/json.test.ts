import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJson } from "./json.ts";

for (const text of [
  "null",
  '{"a":[1,-2.5,"x",true,{}]}',
  "9007199254740993",
  "1.10",
  "-0",
  "1e3",
  "0.1234567890123456789",
  '{"__proto__":{"a":1},"10":1}',
  '"né \\ud83d\\ude00"',
  "123456789".repeat(100),
  `0.${"1".repeat(16_383)}`,
  `[${"1.5e-300,".repeat(7_000)}1]`,
]) {
  test(`${text.slice(0, 40)} is written as it was read`, () => {
    assert.deepEqual(JSON.parse(JSON.stringify(parseJson(text))), JSON.parse(text));
    if (!text.includes("\\u") && !text.includes('"10"')) assert.equal(JSON.stringify(parseJson(text)), text);
  });
}

for (const [text, message] of [
  ['"\\u0000"', /^must be JSON that PostgreSQL can store; got a string with \\u0000$/],
  ['{"a\\u0000":1}', /\\u0000/],
  ['["\\ud800"]', /PostgreSQL can store; got a string with half of a surrogate pair/],
  [`[${"1e9999,".repeat(9_000)}1]`, /^must be JSON with exponents of at most 4000000 in all; got more$/],
  ["1e200000", /^must be JSON with exponents from -10000 to 10000; got 1e200000$/],
  ["1e-200000", /; got 1e-200000$/],
  [`0.${"1".repeat(16_384)}`, /PostgreSQL can store; got a number with more than 16383 digits after the point$/],
  [`0.${"1".repeat(10_000)}e-9000`, /digits after the point/],
  [`${"[".repeat(201)}${"]".repeat(201)}`, /^must be JSON nested at most 200 levels deep; got more$/],
  [`${'{"a":'.repeat(30_000)}1${"}".repeat(30_000)}`, /nested at most/],
] as const) {
  test(`${text.slice(0, 40)} is refused, since jsonb or its readers cannot represent it, with the limit`, () => {
    assert.throws(() => parseJson(text), { name: "RangeError", message });
  });
}

test("brackets in strings do not count as levels", () => {
  assert.equal(parseJson(`"${"[".repeat(1_000)}\\"${"{".repeat(1_000)}"`), `${"[".repeat(1_000)}"${"{".repeat(1_000)}`);
});

test("a string without an end, as in a file that is being written, is refused at once", () => {
  const startedAt = performance.now();
  assert.throws(() => parseJson(`{"state": "${'{\\"a\\":1},'.repeat(6_500)}`), SyntaxError);
  assert.ok(performance.now() - startedAt < 1_000);
});
