import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { createJob, isPodDue, isUnfinished, type JobState, podEnded, podStarted } from "./jobController.ts";
import { jobsToCreate } from "./scaling.ts";

/** An unfinished request, running or held where it has a `job`, which had `finished` others before. */
interface Request {
  job?: string;
  failures: number;
  finished: number;
}

/** Requests are inserted, KEDA polls, seconds pass, or a Job takes its next step, whose work succeeds or fails. */
type Event = readonly [what: "insert" | "poll" | "wait" | "job", count: number, fails: boolean];

/** Which requests the scaling query counts. */
type Counts = (request: Request) => boolean;
const EVERY: Counts = () => true;
const UNCLAIMED: Counts = ({ job }) => job === undefined;

type Settings = Readonly<Record<"maxReplicaCount" | "backoffLimit" | "requestsPerJob", number> & { counts: Counts }>;

/** A queue, its Jobs and KEDA, where no process dies and no pod is so late that its Job's hold has run out. */
class World {
  readonly requests = new Set<Request>();
  readonly jobs = new Map<string, JobState>();
  /** Jobs that have claimed a request. */
  readonly busy = new Set<string>();
  readonly #pods = new Map<string, { step: "claim" | "work" | "end"; exitCode: number; finished: number }>();
  readonly #settings: Settings;
  #now = 0;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  get unfinished(): readonly JobState[] {
    return [...this.jobs.values()].filter(isUnfinished);
  }

  /** Whether no Job is between its request's end and its own. */
  get quiet(): boolean {
    return this.unfinished.every(({ name }) => !this.busy.has(name) || this.#requestOf(name));
  }

  happen([what, count, fails]: Event): void {
    if (what === "insert") for (let each = 0; each < count; each++) this.requests.add({ failures: 0, finished: 0 });
    if (what === "poll") this.#poll();
    if (what === "wait") this.#now += 1_000 * 6 ** count;
    const job = this.unfinished[count % this.unfinished.length];
    if (what === "job" && job) this.jobs.set(job.name, this.#step(job, fails));
  }

  #poll(): void {
    const { maxReplicaCount, requestsPerJob, counts } = this.#settings;
    const wanted = Math.ceil([...this.requests].filter(counts).length / requestsPerJob);
    const answer = { queueLength: Math.min(wanted, maxReplicaCount), maxReplicaCount };
    const count = jobsToCreate({ ...answer, running: this.unfinished.length, pending: 0, strategy: "default" });
    const names = Array.from({ length: count }, (_, each) => `job-${this.jobs.size + each}`);
    for (const name of names) this.jobs.set(name, createJob(name, this.#now));
  }

  #step(job: JobState, fails: boolean): JobState {
    const { backoffLimit, requestsPerJob } = this.#settings;
    if (isPodDue(job, this.#now)) {
      this.#pods.set(job.name, { step: "claim", exitCode: 0, finished: 0 });
      return podStarted(job, `${job.name}-${job.pods}`);
    }
    const pod = this.#pods.get(job.name);
    if (!pod || !job.activePod) return job;
    if (pod.step === "end") return podEnded(job, pod.exitCode, this.#now, { backoffLimit, backoffSeconds: 10 });
    const own = this.#requestOf(job.name);
    if (pod.step === "claim") {
      const request = own ?? this.#requestOf(undefined);
      pod.step = request ? "work" : "end";
      pod.finished = own?.finished ?? pod.finished;
      if (request) this.busy.add(Object.assign(request, { job: job.name, finished: pod.finished }).job);
    } else if (own && fails) {
      Object.assign(pod, { step: "end", exitCode: 1 });
      if (++own.failures > backoffLimit) this.requests.delete(own);
    } else if (own) {
      this.requests.delete(own);
      pod.step = ++pod.finished < requestsPerJob ? "claim" : "end";
    }
    return job;
  }

  /** A Job's request; without a Job: the oldest that nobody holds. */
  #requestOf(name: string | undefined): Request | undefined {
    return [...this.requests].find(({ job }) => job === name);
  }
}

const WHAT = fc.constantFrom<Event[0][]>("insert", "poll", "poll", "wait", ...Array<"job">(8).fill("job"));
const HISTORY = fc.array(fc.tuple(WHAT, fc.nat({ max: 4 }), fc.boolean()), { maxLength: 80, size: "max" });
const MAX = fc.integer({ min: 1, max: 4 });
const RUNS = { seed: 20, numRuns: 20_000 };

/** That unfinished Jobs = min(maxReplicaCount, unfinished requests) at every quiet moment; each is looked at before. */
function scalesExactly(counts: Counts, look: (world: World, missing: number) => void) {
  return fc.property(HISTORY, MAX, fc.nat({ max: 2 }), (history, maxReplicaCount, backoffLimit) => {
    const world = new World({ maxReplicaCount, backoffLimit, requestsPerJob: 1, counts });
    for (const event of history) {
      world.happen(event);
      if (event[0] !== "poll" || !world.quiet) continue;
      const missing = Math.min(maxReplicaCount, world.requests.size) - world.unfinished.length;
      look(world, missing);
      assert.equal(missing, 0);
    }
  });
}

describe("with KEDA's default strategy", () => {
  test("counting every unfinished request gives min(maxReplicaCount, unfinished requests) Jobs at every quiet moment", () => {
    const seen = { moreRequestsThanJobs: 0, jobsInBackOff: 0, failedJobs: 0 };
    function look({ jobs, requests, unfinished }: World): void {
      if (requests.size > unfinished.length) seen.moreRequestsThanJobs++;
      if (unfinished.some((job) => job.failedPods > 0 && !job.activePod)) seen.jobsInBackOff++;
      if ([...jobs.values()].some(({ status }) => status === "Failed")) seen.failedJobs++;
    }
    fc.assert(scalesExactly(EVERY, look), RUNS);
    for (const [what, moments] of Object.entries(seen)) assert.ok(moments > 1_000, `quiet moments with ${what}`);
  });

  test("counting only the requests that nobody has claimed gives too few Jobs", () => {
    const gaps: number[] = [];
    const property = scalesExactly(UNCLAIMED, (_, missing) => void gaps.push(missing));
    assert.ok(fc.check(property, RUNS).failed && Math.max(...gaps) > 0 && Math.min(...gaps) >= 0);
  });

  test("at R requests a Job, a poll fills up to min(maxReplicaCount, ceil(unfinished / R)) Jobs; if none fails, each gets a request", () => {
    // A request that a failed Job leaves may be given up under the next, which then begins a new R.
    const property = fc.property(HISTORY, MAX, MAX, (history, maxReplicaCount, requestsPerJob) => {
      const world = new World({ maxReplicaCount, requestsPerJob, backoffLimit: 80, counts: EVERY });
      for (const event of history) {
        const wanted = Math.min(maxReplicaCount, Math.ceil(world.requests.size / requestsPerJob));
        const jobs = Math.max(world.unfinished.length, wanted);
        world.happen(event);
        if (event[0] === "poll") assert.equal(world.unfinished.length, jobs);
      }
      const rest: readonly Event[] = [["wait", 4, false], ...[0, 1, 2, 3].map((job) => ["job", job, false] as const)];
      while (world.unfinished.length > 0) for (const event of rest) world.happen(event);
      assert.equal(world.busy.size, world.jobs.size);
    });
    fc.assert(property, RUNS);
  });
});
