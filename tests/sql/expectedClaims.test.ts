import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createTestDatabase } from "../support/database.ts";

const { query } = await createTestDatabase();

/** Numbers of claims by the seconds for which they have been expected. */
type Expected = Readonly<Record<number, number>>;

/** All claims are made since the last poll; those expected for 44 s are missing, if they are not many. */
async function expectedClaims(expected: Expected, made: number, needed: number) {
  const [row] = await query<{ expected: number[]; seconds: number[]; missing: number }>(
    `select c.expected::integer[], c.missing::integer,
       array(select extract(epoch from now() - s)::double precision from unnest(c.since) with ordinality u (s, n) order by n) as seconds
     from batch.expected_claims(
       $1, array(select now() - make_interval(secs => s) from unnest($2::integer[]) with ordinality u (s, n) order by n), $3, $4, $3,
       now() - interval '44 s'
     ) c`,
    [Object.values(expected).reverse(), Object.keys(expected).reverse(), made, needed],
  );
  assert.ok(row, "it returns one row");
  const left = Object.fromEntries(row.seconds.map((seconds, index) => [seconds, row.expected[index]]));
  return [left, row.missing] as const;
}

/** What is expected, the claims made and needed; then what is still expected, and how many are missing. */
const CASES: readonly (readonly [string, Expected, number, number, Expected, number])[] = [
  ["are not missing if none is expected", {}, 0, 5, {}, 0],
  ["are not missing before their time", { 43: 5 }, 0, 5, { 43: 5 }, 0],
  ["are missing after their time", { 44: 5 }, 0, 5, { 44: 5 }, 5],
  ["are no longer expected once they are made", { 50: 3, 10: 5 }, 3, 5, { 10: 5 }, 0],
  ["are missing if only some are made", { 50: 5 }, 3, 5, { 50: 5 }, 2],
  ["are no longer expected if fewer Jobs are needed", { 60: 4, 50: 9 }, 0, 4, { 60: 4 }, 4],
  ["are missing by the largest number whose time is over", { 60: 2, 50: 3, 10: 5 }, 0, 5, { 60: 2, 50: 3, 10: 5 }, 3],
  ["are given a second more for each six of more than 60", { 54: 66 }, 0, 66, { 54: 66 }, 0],
  ["are given it from 61 on", { 53: 61 }, 0, 61, { 53: 61 }, 0],
  ["are missing when that is over, too", { 55: 66 }, 0, 66, { 55: 66 }, 66],
  ["of more than 60 are expected since the pods before them were created", { 55: 80 }, 15, 80, { 52.5: 80 }, 0],
  ["of more than 60 are expected since now at the latest", { 1: 78 }, 12, 78, { 0: 78 }, 0],
];

describe("claims that earlier polls expected", () => {
  for (const [title, expected, made, needed, remaining, missing] of CASES) {
    test(title, async () => assert.deepEqual(await expectedClaims(expected, made, needed), [remaining, missing]));
  }
});
