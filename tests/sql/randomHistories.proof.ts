import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { createTestDatabase } from "../support/database.ts";
import { Contradiction, Histories } from "./histories.ts";

/** By default the same histories at every run. Other seeds, and more histories, may find unknown faults. */
const { HISTORIES = "600", HISTORIES_SEED = "1" } = process.env;

const database = await createTestDatabase();

async function check() {
  const histories = await Histories.start(database);
  const result = await fc.check(histories.property(), {
    numRuns: Number(HISTORIES),
    seed: Number(HISTORIES_SEED),
    endOnFailure: true,
  });
  await histories.close();
  return result;
}

test(`whatever concurrent transactions write while pods work and die: every row is run once (${HISTORIES} histories)`, async () => {
  const result = await check();
  assert.ok(!result.failed, `${fc.defaultReportMessage(result)}\n${result.errorInstance}`);
  assert.equal(result.numRuns, Number(HISTORIES));
});

/** A function, a part of its text, and what breaks it. */
const MUTANTS: readonly (readonly [name: string, text: string, instead: string])[] = [
  ["rekey", "elsif request.kind is not null then", "elsif false then"],
  ["enqueue", "if 'on' in (", "if 'never' in ("],
  ["dequeue", "if ids is not null then", "if false then"],
  ["refuse_second_row", "> 1 then", "> 9 then"],
];

describe("a fault is found", () => {
  for (const [name, text, instead] of MUTANTS) {
    test(`"${instead}" in batch.${name}`, async () => {
      const [row] = await database.query<{ sql: string }>(
        `select pg_get_functiondef(oid) as sql from pg_proc where pronamespace = 'batch'::regnamespace and proname = '${name}'`,
      );
      const { sql } = row ?? { sql: "" };
      assert.ok(sql.includes(text));
      await database.query(sql.replace(text, instead));
      const { errorInstance } = await check();
      await database.query(sql);
      assert.ok(errorInstance instanceof Contradiction, String(errorInstance));
    });
  }
});
