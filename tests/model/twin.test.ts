import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createTestDatabase } from "../support/database.ts";
import { DESIGN, type Rules } from "./rules.ts";
import { modelled, STEP_SECONDS, stored } from "./stored.ts";
import { type Answers, POD_STEPS, type PodStep, Twin } from "./twin.ts";

const database = await createTestDatabase();
const keda = database.connect();

type What = PodStep | "insert" | "demand" | "age";
const WHAT: readonly What[] = [...POD_STEPS, "claim", "claim", "settle", "insert", "demand", "demand", "age", "age"];

/** From less than a hold's shortest time to its longest. */
const AGES = [1, 2, 3, 6, 12].map((steps) => steps * STEP_SECONDS);

const LIMIT = fc.nat({ max: 2 });
const SETTINGS = fc.record({
  backoffLimit: LIMIT,
  crashLimit: LIMIT,
  interruptionLimit: LIMIT,
  leaseSeconds: fc.constantFrom(0, 0, 30),
  jobFinished: LIMIT,
});
const COUNT = fc.integer({ min: 1, max: 3 });
const QUESTION = fc.record({ requestsPerJob: COUNT, maxReplicaCount: fc.integer({ min: 1, max: 20 }) });
const STEP = fc.tuple(fc.constantFrom<What[]>(...WHAT), fc.nat({ max: 3 }), fc.nat({ max: 4 }));
const STEPS = fc.array(STEP, { minLength: 20, maxLength: 70, size: "max" });

const RUNS = { seed: 25, numRuns: 50 };

/** That both sides say and store the same after every step; counts the answers. */
function isTwin(rules: Rules, seen = new Map<string, number>()) {
  return fc.asyncProperty(STEPS, SETTINGS, QUESTION, async (steps, settings, question) => {
    for (const table of ["make_it_clap", "batch.queue", "batch.history"]) await database.query(`delete from ${table}`);
    const twin = new Twin(database, keda, { ...settings }, rules);
    async function act(what: What, pod: number, count: number): Promise<Answers> {
      if (what === "insert") return await twin.insert(count);
      if (what === "demand") return await twin.demand(question);
      if (what === "age") return await twin.age(AGES[count] ?? 0);
      return await twin.step(what, pod);
    }
    try {
      for (const [what, pod, count] of [["insert", 0, 4] as const, ...steps]) {
        const answers = await act(what, pod, count);
        if (!answers) continue;
        assert.deepEqual(answers.theirs, answers.ours, what);
        assert.deepEqual(await stored(database), modelled(twin.queue), what);
        const answer = `${what} ${typeof answers.ours === "object" ? "found" : answers.ours}`;
        seen.set(answer, (seen.get(answer) ?? 0) + 1);
      }
    } finally {
      await twin.close();
    }
  });
}

test("the model's queue is PostgreSQL's: the same answer, queue and history after every step of any run", async (t) => {
  const seen = new Map<string, number>();
  await fc.assert(isTwin(DESIGN, seen), RUNS);
  const answers = [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([answer, times]) => `${answer} ${times}`);
  t.diagnostic(answers.join(", "));
  const settled = ["settled", "busy", "awaited", "undefined"].map((finding) => `settle ${finding}`);
  const ended = ["error", "final", "interrupt"].flatMap((write) => [`${write} DEAD`, `${write} lost`]);
  const others = ["claim found", "error FAILED", "succeed SUCCESS", "succeed lost", "resume true", "resume lost"];
  for (const answer of [...settled, ...ended, ...others]) assert.ok((seen.get(answer) ?? 0) >= 5, answer);
});

for (const mutation of [
  { counts: "waiting" },
  { doubtedOnceMore: false },
  { claimEndsDoubt: false },
  { holds: "never" },
  { holds: "forever" },
  { fences: false },
  { putsDownTheGone: false },
  { countsCrashes: false },
] as const) {
  test(`a model of another design is told from PostgreSQL: ${JSON.stringify(mutation)}`, async () => {
    const { failed } = await fc.check(isTwin({ ...DESIGN, ...mutation }), { ...RUNS, endOnFailure: true });
    assert.ok(failed);
  });
}
