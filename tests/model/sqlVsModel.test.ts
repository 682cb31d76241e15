import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LIMIT_NAMES, mapLimits } from "../../worker/src/retryLimits.ts";
import { createTestDatabase } from "../support/database.ts";
import { EXHAUSTIVE } from "../support/sample.ts";
import { DESIGN, QUEUE_RULES, type Rules } from "./rules.ts";
import { modelSnapshot, STEP_SECONDS, sqlSnapshot } from "./snapshot.ts";
import { type Answers, POD_STEPS, type PodStep, SqlVsModel } from "./sqlVsModel.ts";

const database = await createTestDatabase();
const keda = database.connect();

type Step = PodStep | "insert" | "cancel" | "demand" | "age";
/** How much more often some steps are taken. */
const OFTEN = { claim: 2, reclaim: 2, takeover: 1, succeedAndClaim: 1, demand: 3, age: 3 } as const;
const REPEATED = Object.entries(OFTEN).flatMap(([step, times]) => Array<Step>(times).fill(step as Step));
const STEPS: readonly Step[] = [...POD_STEPS, "insert", "cancel", ...REPEATED];

/** From shorter than the shortest reservation to longer than the longest. */
const AGES = [1, 2, 3, 6, 12].map((steps) => steps * STEP_SECONDS);

const LIMIT = fc.nat({ max: 2 });
/** Drawn at once, so that an additional limit does not change this seed's histories. */
const LIMITS = fc
  .array(LIMIT, { minLength: 8, maxLength: 8 })
  .map((drawn) => mapLimits((name) => drawn[LIMIT_NAMES.indexOf(name)] ?? 0));
const SETTINGS = fc
  .record({
    limits: LIMITS,
    leaseSeconds: fc.constantFrom(0, 0, 30),
    timeoutSeconds: fc.constantFrom(0, 0, 20),
    jobFinished: LIMIT,
  })
  .map(({ limits, ...settings }) => ({ ...limits, ...settings }));
const COUNT = fc.integer({ min: 1, max: 3 });
const DEMAND = fc.record({
  requestsPerJob: COUNT,
  maxReplicaCount: fc.constantFrom(1, 2, 3, 20),
  podStartSeconds: fc.constantFrom(10, 40, 40, 90),
});
const STEP = fc.tuple(fc.constantFrom<Step[]>(...STEPS), fc.nat({ max: 3 }), fc.nat({ max: 4 }));
const HISTORY = fc.array(STEP, { minLength: 20, maxLength: 70, size: "max" });

const RUNS = { seed: 30, numRuns: EXHAUSTIVE ? 500 : 80 };

/** Times are rounded to steps. While one takes almost half of that, PostgreSQL's clock leaves the model's behind, and nothing can be compared. */
const TOO_SLOW_MS = 400 * STEP_SECONDS;

/** Both sides return and store the same after every step; counts the answers. */
function agrees(rules: Rules, seen = new Map<string, number>()) {
  return fc.asyncProperty(HISTORY, SETTINGS, DEMAND, async (steps, settings, params) => {
    await database.reset();
    await database.query("alter sequence batch.arrivals_clap restart");
    const both = new SqlVsModel(database, keda, settings, rules);
    async function take(what: Step, pod: number, count: number): Promise<Answers> {
      if (what === "insert") return await both.insert(1 + count);
      if (what === "cancel") return await both.cancel(count);
      if (what === "demand") return await both.demand(params);
      if (what === "age") return await both.advanceClock(AGES[count] ?? 0);
      return await both.step(what, pod);
    }
    try {
      for (const [what, pod, count] of [["insert", 0, 4] as const, ...steps]) {
        const began = performance.now();
        const answers = await take(what, pod, count);
        if (!answers) continue;
        const stored = await sqlSnapshot(database);
        if (performance.now() - began > TOO_SLOW_MS) return;
        assert.deepEqual(answers.actual, answers.expected, what);
        assert.deepEqual(stored, modelSnapshot(both.queue), what);
        const answer = `${what} ${describeAnswer(answers.expected)}`;
        seen.set(answer, (seen.get(answer) ?? 0) + 1);
        if (both.queue.scaling.absentJobs > 0) seen.set("absent", (seen.get("absent") ?? 0) + 1);
      }
    } finally {
      both.close();
    }
  });
}

function describeAnswer(answer: unknown): string {
  if (typeof answer !== "object" || answer === null) return String(answer);
  if ("finding" in answer) return String(answer.finding);
  return "next" in answer && answer.next === undefined ? "nothing" : "found";
}

test("the model's queue behaves as PostgreSQL's: the same answer and the same rows after every step of any run", async (t) => {
  const seen = new Map<string, number>();
  await fc.assert(agrees(DESIGN, seen), RUNS);
  const answers = [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([answer, times]) => `${answer} ${times}`);
  t.diagnostic(answers.join(", "));
  const misses = ["reclaimed", "locked", "reserved", "undefined"].map((finding) => `reclaim ${finding}`);
  const ended = ["error", "final", "interrupt", "crash", "defer"].flatMap((write) => [
    `${write} DEAD`,
    `${write} lost`,
  ]);
  const succeeded = ["succeed SUCCESS", "succeed lost", "renew true", "renew lost", "announce true", "announce lost"];
  const claimed = ["claim found", ...["found", "nothing", "lost"].map((next) => `succeedAndClaim ${next}`)];
  const others = ["error FAILED", "defer FAILED", "takeover true", "cancel done", "absent"];
  for (const answer of [...misses, ...ended, ...succeeded, ...claimed, ...others])
    assert.ok((seen.get(answer) ?? 0) >= 3, answer);
});

/** Designs that differ within the first runs: a sample of every kind. */
const MUTATIONS: readonly Partial<Rules>[] = [
  { countOnly: "waiting" },
  { reservation: "never" },
  { fencing: false },
  { countCrashes: false },
  { takeover: "never" },
  { absence: "ignored" },
];

/** All, of which some differ after some hundred runs only. */
const ALL_MUTATIONS: readonly Partial<Rules>[] = Object.entries(QUEUE_RULES).flatMap(([rule, [, ...mutants]]) =>
  mutants.map((mutant) => ({ [rule]: mutant })),
);

for (const mutation of EXHAUSTIVE ? ALL_MUTATIONS : MUTATIONS) {
  test(`a model of another design differs from PostgreSQL: ${JSON.stringify(mutation)}`, async () => {
    const { failed } = await fc.check(agrees({ ...DESIGN, ...mutation }), {
      ...RUNS,
      numRuns: 500,
      endOnFailure: true,
    });
    assert.ok(failed);
  });
}
