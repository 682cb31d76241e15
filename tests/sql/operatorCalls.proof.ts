import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { createTestDatabase } from "../support/database.ts";
import { type Claim, claim, claimParams, defer, fail, poll, succeed } from "../support/queue.ts";
import { type SqlMutant, withSqlMutant } from "../support/withSqlMutant.ts";
import { type End, OperatorModel, type State } from "./operatorModel.ts";

/** By default the same histories at every run: of the seeds above 1, each has found a fault that 1 did not. */
const { HISTORIES = "200", HISTORIES_SEED = "1,4,5,9" } = process.env;
const SEEDS = HISTORIES_SEED.split(",").map(Number) as [number, ...number[]];
const REQUESTS = 2;

const database = await createTestDatabase();
const { query } = database;
const scaler = database.connect();
const worker = database.connect();

const TABLE = `drop table if exists parcels cascade; delete from batch.kind where kind = 'parcel';
  create table parcels (id bigint primary key); select batch.attach('parcels', 'parcel')`;
const PASS_TIME = `update batch.queue set reserved_until = reserved_until - interval '1 day',
  available_at = available_at - interval '1 day', suspected_at = suspected_at - interval '1 day'`;
const STATES = `
  select case when q.session_id is not null then 'running' when q.job_name is not null then 'reserved'
           when q.available_at is not null then 'deferred' when q.kind is not null then 'waiting' else coalesce(h.status, 'none') end as state,
         p.id is not null as row
  from generate_series(1, ${REQUESTS}) i
  left join parcels p on p.id = i
  left join batch.queue q on q.kind = 'parcel' and q.request_id = i
  left join lateral (select c.status from batch.history c where c.kind = 'parcel' and c.request_id = i order by c.attempt desc limit 1) h on true
  order by i`;

/** What the first row of a statement has, or why the statement is refused. */
async function answer(text: string): Promise<unknown> {
  try {
    return Object.values((await query(text))[0] ?? {})[0];
  } catch (error) {
    return error;
  }
}

const accepted = async (text: string) => !((await answer(text)) instanceof Error);

class History {
  readonly #model = new OperatorModel(REQUESTS);
  readonly #attempts = new Map<number, Claim>();
  #jobs = 0;

  readonly steps: Readonly<Record<string, (id: number) => Promise<void>>> = {
    insert: async (id) => assert.equal(await accepted(`insert into parcels values (${id})`), this.#model.insert(id)),
    delete: async (id) => {
      await query(`delete from parcels where id = ${id}`);
      this.#model.delete(id);
    },
    rekey: async (id) => {
      const to = (id % REQUESTS) + 1;
      const changed = await accepted(`update parcels set id = ${to} where id = ${id}`);
      assert.equal(changed, this.#model.rekey(id, to));
    },
    truncate: async () => {
      await query("truncate parcels");
      this.#model.truncate();
    },
    claim: async () => {
      const pod = claimParams(`job-${++this.#jobs}`, { kind: "parcel", backoffLimit: 90, leaseSeconds: 3_600 });
      const claimed = await claim(worker, pod);
      const possible = this.#model.claimable();
      if (claimed === undefined) return assert.deepEqual(possible, []);
      const id = Number(claimed.requestId);
      assert.ok(possible.includes(id), `one of ${possible} must be claimed; got ${id}`);
      this.#attempts.set(id, claimed);
      this.#model.at(id).state = "running";
    },
    cancel: async (id) => {
      const job = await answer(`select batch.cancel('parcel', ${id})`);
      assert.equal(!(job instanceof Error), this.#model.cancel(id));
      if (!(job instanceof Error)) assert.equal(job !== null, this.#model.at(id).state === "running");
    },
    retry: async (id) => {
      const waits = await answer(`select batch.retry('parcel', ${id})`);
      assert.equal(waits instanceof Error ? null : waits, this.#model.retry(id));
    },
    pause: async () => assert.equal(await accepted("select batch.pause('parcel')"), this.#model.pause()),
    resume: async () => assert.equal(await answer("select batch.resume('parcel')"), this.#model.resume()),
    purge: async () => {
      assert.ok(await accepted("select batch.purge('parcel', '0')"));
      this.#model.purge();
    },
    detach: async () => {
      await query("select batch.detach('parcel')");
      this.#model.detach();
    },
    attach: async () => {
      await query("select batch.attach('parcels', 'parcel')");
      this.#model.attach();
    },
    "pass time": async () => {
      await query(PASS_TIME);
      const jobs = await poll(scaler, "parcel");
      this.#model.passTime();
      if (!this.#model.runs) assert.equal(jobs, 0);
    },
    succeed: (id) => this.#end(id, "succeed", (attempt) => succeed(worker, attempt)),
    defer: (id) => this.#end(id, "defer", (attempt) => defer(worker, attempt, { afterSeconds: 3_600, message: "no" })),
    fail: (id) => this.#end(id, "fail", (attempt) => this.#fail(attempt, false)),
    "fail finally": (id) => this.#end(id, "fail finally", (attempt) => this.#fail(attempt, true)),
    interrupt: (id) =>
      this.#end(id, "interrupt", (attempt) =>
        fail(worker, attempt, { reason: "interrupted", message: "no", final: false }),
      ),
    die: (id) =>
      this.#end(id, "die", async ({ requestId }) => {
        this.#model.poll();
        await query(`update batch.queue set lease_until = now() - interval '1 day' where request_id = ${requestId}`);
        await poll(scaler, "parcel");
        await query("update batch.queue set suspected_at = suspected_at - interval '1 day'");
        await poll(scaler, "parcel");
      }),
  };

  /** Every request is what the model says, and none was rejected. */
  async check(): Promise<void> {
    const found = await query<{ state: State; row: boolean }>(STATES);
    for (const [index, { state, row }] of found.entries()) {
      const wanted = this.#model.at(index + 1);
      const states = { none: ["none", "DEAD", "SUCCESS"], off: ["none", "DEAD", "SUCCESS", "FAILED"] };
      const possible: string[] = states[wanted.state as "none"] ?? [wanted.state];
      assert.ok(possible.includes(state) && row === wanted.row, `${index + 1} must be ${possible}; got ${state}`);
    }
    assert.deepEqual(await query("select * from batch.rejected"), []);
  }

  #fail(attempt: Claim, final: boolean): Promise<unknown> {
    return fail(worker, attempt, { reason: "error", message: "no", final });
  }

  /** Ends the attempt of this request, or of another one. */
  async #end(wanted: number, how: End, act: (attempt: Claim) => Promise<unknown>): Promise<void> {
    const running = this.#model.ids("running");
    const id = running.includes(wanted) ? wanted : (running[0] ?? wanted);
    const attempt = this.#attempts.get(id);
    if (running.length === 0 || attempt === undefined) return;
    await act(attempt);
    this.#model.end(id, how);
  }
}

/** Steps that bring about states come more often than those that end them. */
const OFTEN = "insert insert claim claim claim rekey cancel retry resume resume attach attach".split(" ");

/** @param endOnFailure - otherwise the shortest history that fails is searched for */
async function run(seed: number, endOnFailure: boolean) {
  // Each history drops and creates a table: otherwise the catalogs grow, and with them the time that the next one takes.
  await query("vacuum");
  const names = [...Object.keys(new History().steps), ...OFTEN];
  const steps = fc.array(fc.tuple(fc.constantFrom(...names), fc.integer({ min: 1, max: REQUESTS })), {
    minLength: 16,
    maxLength: 48,
    size: "max",
  });
  const property = fc.asyncProperty(steps, async (drawn) => {
    await database.reset();
    await query(TABLE);
    const history = new History();
    for (const [name, id] of drawn) {
      await history.steps[name]?.(id);
      await history.check();
    }
  });
  return await fc.check(property, { numRuns: Number(HISTORIES), seed, endOnFailure });
}

describe("whatever operators and workers do, in whatever order: every request is what docs/operations.md says", () => {
  for (const seed of SEEDS) {
    test(`${HISTORIES} histories of seed ${seed}`, async () => {
      const result = await run(seed, false);
      assert.ok(!result.failed, `${fc.defaultReportMessage(result)}\n${result.errorInstance}`);
      assert.equal(result.numRuns, Number(HISTORIES));
    });
  }
});

const MUTANTS: readonly SqlMutant[] = [
  ["rekey_waiting", "h.attempt = request.attempt and h.status = 'FAILED'", "false"],
  ["unregister", "latest.attempt <= removed.attempt", "false"],
  ["register", "update batch.queue q set canceled = null", "delete from batch.queue q"],
  ["cancel", "update batch.queue q set canceled = why", "delete from batch.queue q"],
  ["ended_requests", "h.status in ('SUCCESS', 'DEAD')", "h.status = 'SUCCESS'"],
];

describe("a fault is found", () => {
  for (const mutant of MUTANTS) {
    const [name, , instead] = mutant;
    test(`"${instead}" in batch.${name}`, async () => {
      const { errorInstance } = await withSqlMutant(database, mutant, () => run(SEEDS[0], true));
      assert.ok(errorInstance instanceof assert.AssertionError, String(errorInstance));
    });
  }
});
