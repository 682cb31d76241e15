import { OwnershipLostError } from "../../worker/src/errors.ts";
import { type Claim, type ClaimParams, claim } from "../../worker/src/queue/claim.ts";
import { type DemandParams, demand } from "../../worker/src/queue/demand.ts";
import { fail } from "../../worker/src/queue/fail.ts";
import { settle } from "../../worker/src/queue/reclaim.ts";
import { resume } from "../../worker/src/queue/renew.ts";
import { succeed } from "../../worker/src/queue/succeed.ts";
import { claimParams } from "../support/claim.ts";
import type { TestDatabase } from "../support/database.ts";
import { HELD_SESSIONS } from "../support/sessionLocks.ts";
import { until } from "../support/until.ts";
import { Queue } from "./queue.ts";
import type { Key } from "./row.ts";
import type { Rules } from "./rules.ts";

/** What a pod may write of its latest attempt, however stale. */
export const WRITES = ["succeed", "error", "final", "interrupt", "resume"] as const;
type Write = (typeof WRITES)[number];

/** What a pod does, and what happens to it. */
export const POD_STEPS = ["claim", "settle", "die", "break", ...WRITES] as const;
export type PodStep = (typeof POD_STEPS)[number];

/** One step's answers on both sides; undefined: there was nothing to do it with. */
export type Answers = { readonly theirs: unknown; readonly ours: unknown } | undefined;

const DONE: Answers = { theirs: "done", ours: "done" };

interface Pod {
  readonly who: ClaimParams;
  readonly connection: ReturnType<TestDatabase["connect"]>;
  readonly attempt?: Claim;
}

/** The queue twice, PostgreSQL's and the model's, and pods that do the same to both. */
export class Twin {
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
    this.#pods = [0, 1, 2, 3].map((index) => this.#newPod(index));
  }

  async close(): Promise<void> {
    for (const { connection } of this.#pods) await connection.close();
  }

  async insert(count: number): Promise<Answers> {
    await this.#database.query(
      "insert into make_it_clap (id, duration_seconds) select $1::integer + id, 1 from generate_series(1, $2::integer) id",
      [this.queue.inserted, count],
    );
    this.queue.insert(count);
    return DONE;
  }

  async demand(question: Omit<DemandParams, "kind">): Promise<Answers> {
    return { theirs: await demand(this.#keda, { kind: "clap", ...question }), ours: this.queue.demand(question) };
  }

  /** Lets time pass on both sides: PostgreSQL's clock stays, what it is compared to moves. */
  async age(seconds: number): Promise<Answers> {
    const earlier = (column: string) => `${column} = ${column} - $1 * interval '1 second'`;
    const columns = ["held_until", "doubted_at", "lease_until"].map(earlier);
    await this.#database.query(`update batch.queue set ${columns.join(", ")}`, [seconds]);
    this.queue.now += 1_000 * seconds;
    return DONE;
  }

  async step(what: PodStep, index: number): Promise<Answers> {
    const pod = this.#pods[index] ?? this.#newPod(index);
    const { who, connection, attempt } = pod;
    switch (what) {
      case "claim": {
        const claimed = await claim(connection, who);
        if (claimed) this.#pods[index] = { ...pod, attempt: claimed };
        return { theirs: claimed && keyOf(claimed), ours: this.queue.claim(who) };
      }
      case "settle":
        return { theirs: await settle(connection, who), ours: this.queue.settle(who) };
      case "die":
      case "break":
        await connection.close();
        await until("the session's lock is gone", () => this.#lockIsGone(who.session), { lookMs: 1 });
        this.queue.locks.delete(who.session);
        this.#pods[index] = what === "die" ? this.#newPod(index) : { ...pod, connection: this.#database.connect() };
        return DONE;
      default:
        if (!attempt) return undefined;
        return {
          theirs: await this.#write(what, pod, attempt),
          ours: writeModel(what, this.queue, keyOf(attempt), who) ?? "lost",
        };
    }
  }

  #newPod(index: number): Pod {
    const who = claimParams(`job-${index % 2}`, { podName: `pod-${index}`, ...this.#settings });
    return { who, connection: this.#database.connect() };
  }

  /** An answer that is asked for again is recall.test.ts's: a second write counts as lost here. */
  async #write(what: Write, { who, connection }: Pod, attempt: Claim): Promise<unknown> {
    const ended = await this.#database.query(
      "select from batch.history where request_id = $1 and attempt = $2 and session_id = $3",
      [attempt.request, attempt.attempt, attempt.session],
    );
    if (ended.length > 0) return "lost";
    try {
      if (what === "resume") return await resume(connection, attempt, who);
      if (what === "succeed") return (await succeed(connection, attempt)) ?? "SUCCESS";
      const reason = what === "interrupt" ? "interrupted" : "error";
      return await fail(connection, attempt, { reason, message: "no", final: what === "final" });
    } catch (error) {
      if (error instanceof OwnershipLostError) return "lost";
      throw error;
    }
  }

  async #lockIsGone(session: number): Promise<boolean> {
    const held = await this.#database.query(`select where $1::bigint in ${HELD_SESSIONS}`, [session]);
    return held.length === 0;
  }
}

function keyOf({ jobName, request, attempt, session }: Claim): Key {
  return { job: jobName, request: Number(request), attempt, session };
}

function writeModel(what: Write, queue: Queue, key: Key, who: ClaimParams): unknown {
  if (what === "resume") return queue.resume(key, who.leaseSeconds);
  if (what === "succeed") return queue.succeed(key);
  return queue.fail(key, what === "interrupt" ? "interrupted" : "error", what === "final");
}
