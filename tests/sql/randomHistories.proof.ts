import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { createTestDatabase } from "../support/database.ts";
import { type SqlMutant, withSqlMutant } from "../support/withSqlMutant.ts";
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

const MUTANTS: readonly SqlMutant[] = [
  ["rekey", "elsif request.kind is not null then", "elsif false then"],
  ["enqueue", "if 'on' in (", "if 'never' in ("],
  ["dequeue", "if ids is not null then", "if false then"],
  ["refuse_second_row", "> 1 then", "> 9 then"],
];

describe("a fault is found", () => {
  for (const mutant of MUTANTS) {
    const [name, , instead] = mutant;
    test(`"${instead}" in batch.${name}`, async () => {
      const { errorInstance } = await withSqlMutant(database, mutant, check);
      assert.ok(errorInstance instanceof Contradiction, String(errorInstance));
    });
  }
});
