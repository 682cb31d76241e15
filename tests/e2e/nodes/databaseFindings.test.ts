import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isKept } from "../../support/limit.ts";
import { databaseFindings, describeDatabaseLoss } from "./databaseFindings.ts";
import type { DatabaseLoss } from "./loseDatabase.ts";
import { makeAttempt } from "./makeAttempt.ts";

const ENDED = makeAttempt(1, 1, 0, 1);
const RUNNING = makeAttempt(2, 1, 5, null, { status: "RUNNING" });
const CRASHED = makeAttempt(2, 1, 5, 140, { status: "FAILED", reason: "crashed", error: "the session ended" });
const AGAIN = makeAttempt(2, 2, 141, 186);

const LOSS: DatabaseLoss = {
  kind: "frozen",
  before: [ENDED, RUNNING],
  attempts: [ENDED, CRASHED, AGAIN],
  requests: 2,
  awaySeconds: 120.04,
  toRunAgain: 20,
  toFirstAttempt: 10,
};

const missed = (change: Partial<DatabaseLoss>) =>
  databaseFindings({ ...LOSS, ...change })
    .filter((finding) => !isKept(finding))
    .map(({ what }) => what.split(" ").slice(0, 3).join(" "));

describe("the loss of the node with the database", () => {
  test("is kept by requests that run again once and succeed", () => assert.deepEqual(missed({}), []));

  for (const [what, change, findings] of [
    ["a request that is lost", { attempts: [ENDED, CRASHED] }, ["frozen: requests SUCCESS"]],
    ["an attempt that is lost", { attempts: [CRASHED, AGAIN] }, ["frozen: requests SUCCESS", "attempts kept that"]],
    ["an ended attempt that changes", { attempts: [{ ...ENDED, error: "x" }, CRASHED, AGAIN] }, ["attempts kept that"]],
    [
      "two attempts at once",
      { attempts: [ENDED, { ...CRASHED, ended_at: AGAIN.ended_at }, AGAIN] },
      ["attempts at the"],
    ],
    ["an attempt without an end", { attempts: [ENDED, { ...CRASHED, ended_at: null }, AGAIN] }, ["attempts at the"]],
    ["a request that runs again too late", { toRunAgain: 121 }, ["from the database's"]],
    ["a later request that starts too late", { toFirstAttempt: 121 }, ["from a later"]],
  ] as const) {
    test(`is missed by ${what}`, () => assert.deepEqual(missed(change), findings));
  }

  test("is described with how its attempts ended", () => {
    assert.equal(describeDatabaseLoss(LOSS), "frozen: the database was away for 120.0 s; 1 crashed, 0 interrupted");
  });
});
