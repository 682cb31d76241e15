import { OwnershipLostError } from "../../worker/src/errors.ts";
import type { TestDatabase } from "../support/database.ts";
import {
  announceStop,
  type Claim,
  type ClaimParams,
  claim,
  claimParams,
  type DemandParams,
  defer,
  demand,
  fail,
  reclaim,
  renew,
  succeed,
  succeedAndClaim,
  takeOver,
} from "../support/queue.ts";
import { HELD_SESSIONS } from "../support/sessionLocks.ts";
import { until } from "../support/until.ts";
import { alignClock } from "./alignClock.ts";
import { Queue } from "./queue.ts";
import type { Key } from "./row.ts";
import type { Rules } from "./rules.ts";

/** What a pod may write about its latest attempt, however stale. */
const WRITES = ["succeed", "error", "final", "interrupt", "crash", "renew", "announce", "defer"] as const;
type Write = (typeof WRITES)[number];

/** A pod's actions and the events that happen to it. */
export const POD_STEPS = ["claim", "succeedAndClaim", "reclaim", "takeover", "die", "break", ...WRITES] as const;
export type PodStep = (typeof POD_STEPS)[number];

/** One step's answers on both sides; undefined: the step had no target. */
export type Answers = { readonly actual: unknown; readonly expected: unknown } | undefined;

const DONE: Answers = { actual: "done", expected: "done" };

const STOP_SECONDS = 30;
const DEFER_SECONDS = 20;

interface Pod {
  readonly params: ClaimParams;
  readonly connection: ReturnType<TestDatabase["connect"]>;
  readonly attempt?: Claim;
  /** The session found by its latest reclaim(). */
  readonly holder?: number | null;
}

/** Connections of earlier comparisons: opening one costs PostgreSQL more than many steps. */
const idle: Pod["connection"][] = [];

/** Two queues, PostgreSQL's and the model's, and pods that do the same to both. */
export class SqlVsModel {
  readonly queue: Queue;
  readonly #database: TestDatabase;
  readonly #keda: Pod["connection"];
  readonly #settings: Partial<ClaimParams>;
  readonly #pods: Pod[];

  constructor(database: TestDatabase, keda: Pod["connection"], settings: Partial<ClaimParams>, rules: Rules) {
    this.#database = database;
    this.#keda = keda;
    this.#settings = settings;
    this.queue = new Queue(rules);
    this.#pods = [0, 1, 2, 3].map((index) => this.#createPod(index));
  }

  /** Leaves the connections to the next comparison, whose sessions have other numbers. */
  close(): void {
    idle.push(...this.#pods.map(({ connection }) => connection));
  }

  async insert(count: number): Promise<Answers> {
    await this.#database.query("insert into make_it_clap (id, duration_seconds) select unnest($1::bigint[]), 1", [
      this.queue.insert(count),
    ]);
    return DONE;
  }

  /** Deletes the row of one of the unfinished requests. */
  async cancel(index: number): Promise<Answers> {
    const request = [...this.queue.rows.keys()][index];
    if (request === undefined) return undefined;
    await this.#database.query("delete from make_it_clap where id = $1", [request]);
    this.queue.cancel(request);
    return DONE;
  }

  async demand(params: Omit<DemandParams, "kind">): Promise<Answers> {
    await alignClock(this.#database, this.queue);
    return { actual: await demand(this.#keda, { kind: "clap", ...params }), expected: this.queue.demand(params) };
  }

  /** Lets time pass on both sides. */
  async advanceClock(seconds: number): Promise<Answers> {
    this.queue.now += 1_000 * seconds;
    await alignClock(this.#database, this.queue);
    return DONE;
  }

  async step(what: PodStep, index: number): Promise<Answers> {
    await alignClock(this.#database, this.queue);
    const pod = this.#pods[index] ?? this.#createPod(index);
    const { params, connection, attempt } = pod;
    switch (what) {
      case "claim": {
        const claimed = await claim(connection, params);
        if (claimed) this.#pods[index] = { ...pod, attempt: claimed };
        return { actual: claimed && getKey(claimed), expected: this.queue.claim(params) };
      }
      case "succeedAndClaim": {
        if (!attempt) return undefined;
        const next = await this.#succeedAndClaim(pod, attempt);
        if (typeof next === "object") this.#pods[index] = { ...pod, attempt: next };
        return {
          actual: next === "lost" ? next : { next: next && getKey(next) },
          expected: this.queue.succeedAndClaim(getKey(attempt), params) ?? "lost",
        };
      }
      case "reclaim": {
        // A worker asks only when it owns nothing: its own session would look dead to itself.
        if (attempt && this.queue.owned(getKey(attempt))) return undefined;
        const miss = await reclaim(connection, params, true);
        this.#pods[index] = { ...pod, holder: miss?.holder ?? null };
        return { actual: miss, expected: this.queue.reclaim(params, true) };
      }
      case "takeover":
        return pod.holder == null ? undefined : await this.#takeOver(pod, pod.holder);
      case "die":
      case "break":
        await connection.close();
        await this.#sessionEnds(params.session);
        this.#pods[index] = what === "die" ? this.#createPod(index) : { ...pod, connection: this.#database.connect() };
        return DONE;
      default:
        if (!attempt) return undefined;
        return {
          actual: await this.#write(what, pod, attempt),
          expected: writeModel(what, this.queue, getKey(attempt), params) ?? "lost",
        };
    }
  }

  #createPod(index: number): Pod {
    const params = claimParams(`job-${index % 2}`, { podName: `pod-${index}`, ...this.#settings });
    return { params, connection: idle.pop() ?? this.#database.connect() };
  }

  async #takeOver({ connection, params }: Pod, holder: number): Promise<Answers> {
    const expected = this.queue.takeOver(params, holder);
    const actual = await takeOver(connection, params, holder);
    if (actual) {
      await this.#sessionEnds(holder);
      for (const [index, pod] of this.#pods.entries()) {
        if (pod.params.session !== holder) continue;
        await pod.connection.close();
        this.#pods[index] = { ...pod, connection: this.#database.connect() };
      }
    }
    return { actual, expected };
  }

  /** A second write counts as lost here; fence.test.ts tests that it gets the same answer as the first. */
  async #write(what: Write, { params, connection }: Pod, attempt: Claim): Promise<unknown> {
    if (await this.#hasEnded(attempt)) return "lost";
    try {
      if (what === "renew") return await renew(connection, attempt, params);
      if (what === "announce") return (await announceStop(connection, attempt, STOP_SECONDS)) ?? true;
      if (what === "succeed") return (await succeed(connection, attempt)) ?? "SUCCESS";
      if (what === "defer") return await defer(connection, attempt, { afterSeconds: DEFER_SECONDS, message: "later" });
      return await fail(connection, attempt, { reason: REASONS[what], message: "no", final: what === "final" });
    } catch (error) {
      return toLost(error);
    }
  }

  async #succeedAndClaim({ params, connection }: Pod, attempt: Claim): Promise<Claim | "lost" | undefined> {
    if (await this.#hasEnded(attempt)) return "lost";
    return await succeedAndClaim(connection, attempt, null, params).catch(toLost);
  }

  /** Whether this session has ended the attempt. */
  async #hasEnded({ requestId, attempt, session }: Claim): Promise<boolean> {
    const ended = await this.#database.query(
      "select from batch.history where request_id = $1 and attempt = $2 and session_id = $3",
      [requestId, attempt, session],
    );
    return ended.length > 0;
  }

  async #sessionEnds(session: number): Promise<void> {
    await until(
      "the session's lock is released",
      async () => {
        const held = await this.#database.query(`select where $1::bigint in ${HELD_SESSIONS}`, [session]);
        return held.length === 0;
      },
      { intervalMs: 1 },
    );
    this.queue.locks.delete(session);
  }
}

function toLost(error: unknown): "lost" {
  if (error instanceof OwnershipLostError) return "lost";
  throw error;
}

const REASONS = { error: "error", final: "error", interrupt: "interrupted", crash: "crashed" } as const;

function getKey({ jobName, requestId, attempt, session }: Claim): Key {
  return { job: jobName, request: Number(requestId), attempt, session };
}

function writeModel(what: Write, queue: Queue, key: Key, { leaseSeconds }: ClaimParams): unknown {
  if (what === "renew") return queue.renew(key, leaseSeconds);
  if (what === "announce") return queue.announceStop(key, STOP_SECONDS);
  if (what === "succeed") return queue.succeed(key);
  if (what === "defer") return queue.defer(key, DEFER_SECONDS);
  return queue.fail(key, REASONS[what], what === "final");
}
