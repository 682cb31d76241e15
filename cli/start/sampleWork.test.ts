import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createTestDatabase } from "../../tests/support/database.ts";
import type { Kills } from "./requests.ts";
import { createSampleWork } from "./sampleWork.ts";

const database = await createTestDatabase();
const { query } = database;

type Attempt = readonly [status: "FAILED" | "DEAD" | "SUCCESS", reason: string | null, pod: string];

const OWN_KILL: Kills = { pods: ["own-1"], jobs: ["own"], crashLimit: 0 };

const CASES: readonly (readonly [
  what: string,
  expected: boolean,
  attempts: readonly Attempt[],
  kills?: Kills | undefined,
  failures?: number,
])[] = [
  ["a success", true, [["SUCCESS", null, "own-1"]]],
  ["an error", false, [["DEAD", "error", "own-1"]], OWN_KILL],
  ["a crash in a run that kills nothing", false, [["DEAD", "crashed", "own-1"]]],
  ["a crash in a pod that was killed", true, [["DEAD", "crashed", "own-1"]], OWN_KILL],
  ["a crash in a pod that was not killed", false, [["DEAD", "crashed", "own-2"]], OWN_KILL],
  ["a crash that an interrupted run left behind", true, [["DEAD", "crashed", "earlier-1"]], OWN_KILL],
  [
    "a crash below the limit, such as a canceled request's",
    false,
    [["DEAD", "crashed", "own-1"]],
    { ...OWN_KILL, crashLimit: 1 },
  ],
  [
    "an error after a killed pod, retried by hand",
    false,
    [
      ["DEAD", "crashed", "own-1"],
      ["DEAD", "error", "own-2"],
    ],
    OWN_KILL,
  ],
  ["as many errors as asked for", true, [["DEAD", "error", "own-1"]], undefined, 1],
  ["a success in spite of the failures asked for", false, [["SUCCESS", null, "own-1"]], undefined, 1],
  [
    "a success of which killed attempts were to fail",
    true,
    [
      ["FAILED", "crashed", "own-1"],
      ["SUCCESS", null, "own-2"],
    ],
    OWN_KILL,
    1,
  ],
];

describe("a run of the sample", () => {
  beforeEach(() => database.reset());

  for (const [what, expected, attempts, kills, failures = 0] of CASES) {
    test(`${expected ? "went" : "did not go"} as asked if its only request ended with ${what}`, async () => {
      await query("insert into make_it_clap (duration_seconds, failures) values (1, $1)", [failures]);
      for (const [index, [status, reason, pod]] of attempts.entries()) {
        await query(
          `insert into batch.history (kind, request_id, attempt, created_at, started_at, ended_at, status, reason, job_name, pod_name)
           values ('clap', 1, $1, now(), now(), now(), $2, $3, $4, $5)`,
          [index + 1, status, reason, pod.split("-")[0], pod],
        );
      }
      const options = { requests: 1, seconds: 1, failures, backoffLimit: 0 };
      // Only `prepare` uses the run's own connection.
      const work = createSampleWork(options, { client: undefined as never, exclusive: true });
      const { asExpected } = await work.readEnd(database.client, ["1"], kills);
      assert.equal(asExpected, expected);
    });
  }
});
