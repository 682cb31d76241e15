import { backoffDelay } from "../../simulator/jobController.ts";
import type { EndStatus, OwnReason, Reason } from "../../worker/src/queue/attempt.ts";
import type { ClaimParams } from "../../worker/src/queue/claim.ts";
import type { DemandParams } from "../../worker/src/queue/demand.ts";
import type { Finding } from "../../worker/src/queue/reclaim.ts";
import { type Ended, type Key, newRow, type Row } from "./row.ts";
import { DESIGN, type Rules } from "./rules.ts";

/** A server that has just started has no locks, and nobody is gone. */
const STARTED_MS = 5_000;

/** A worker whose connection broke is back long before. */
const LEAST_DOUBT_MS = 5_000;

/** What a pod tells of itself when it claims, but its kind: there is one. */
export type Who = Omit<ClaimParams, "kind">;

/** batch.queue and batch.history under the rules of sql/, without PostgreSQL: twin.test.ts compares the two. */
export class Queue {
  readonly rows = new Map<number, Row>();
  readonly history: Ended[] = [];
  /** Sessions whose lock is held: that of every worker whose connection the server knows. */
  readonly locks = new Set<number>();
  /** Milliseconds. */
  now = 0;
  /** The newest request's number; the oldest has 1. */
  inserted = 0;
  #startedAt = -STARTED_MS - 1;
  readonly #rules: Rules;

  constructor(rules: Rules = DESIGN) {
    this.#rules = rules;
  }

  insert(count: number): void {
    for (let each = 0; each < count; each++) {
      this.inserted++;
      this.rows.set(this.inserted, newRow(this.inserted));
    }
  }

  /** Every connection breaks, and with it every session lock. */
  restart(): void {
    this.locks.clear();
    this.#startedAt = this.now;
  }

  /** claim.sql */
  claim({ jobName, session, jobFailures, jobFinished, leaseSeconds, ...limits }: Who): Key | undefined {
    const row = this.#find((each) => each.job === jobName) ?? this.#find((each) => each.job === undefined);
    if (!row || (row.session !== undefined && row.session !== session)) return undefined;
    if (leaseSeconds === 0) this.locks.add(session);
    if (row.session !== session) row.attempt++;
    const known = row.job === jobName && row.claimed ? row.claimed : { jobFailures, jobFinished };
    const counts = { jobFailures: known.jobFailures, jobFinished: known.jobFinished };
    Object.assign(row, { session, job: jobName, claimed: { ...limits, ...counts } });
    Object.assign(row, { heldUntil: undefined, leaseUntil: this.#lease(leaseSeconds) });
    if (this.#rules.claimEndsDoubt) row.doubtedAt = undefined;
    return { job: jobName, request: row.request, attempt: row.attempt, session };
  }

  /** settle.sql */
  settle({ jobName, session, leaseSeconds }: Pick<Who, "jobName" | "session" | "leaseSeconds">): Finding | undefined {
    const own = this.#find((row) => row.job === jobName && row.session !== undefined && row.session !== session);
    if (own && this.#rules.putsDownTheGone && this.#isGone(own)) {
      this.#putDown(own, "crashed", false, true);
      return "settled";
    }
    if (own) return "busy";
    if (leaseSeconds === 0) this.locks.add(session);
    if (this.#freeOverdue() > 0) return "settled";
    const kept = this.#find(
      (row) => row.job !== undefined && (row.doubtedAt !== undefined || row.heldUntil !== undefined),
    );
    return kept && "awaited";
  }

  /** resume.sql; undefined: the attempt is no longer this session's. */
  resume(key: Key, leaseSeconds: number): boolean | undefined {
    const row = this.owned(key);
    if (!row) return undefined;
    if (leaseSeconds === 0) this.locks.add(key.session);
    Object.assign(row, { doubtedAt: undefined, leaseUntil: this.#lease(leaseSeconds) });
    return true;
  }

  /** succeed.sql; undefined: the attempt is no longer this session's. */
  succeed(key: Key): EndStatus | undefined {
    const row = this.owned(key);
    if (!row) return undefined;
    this.rows.delete(row.request);
    return this.#record(row, "SUCCESS", undefined);
  }

  /** fail.sql; undefined: the attempt is no longer this session's. */
  fail(key: Key, reason: OwnReason, final: boolean): EndStatus | undefined {
    const row = this.owned(key);
    return row && this.#putDown(row, reason, final, reason === "error");
  }

  /** batch.demand() */
  demand({ requestsPerJob, maxReplicaCount }: Omit<DemandParams, "kind">): number {
    const most = requestsPerJob * maxReplicaCount;
    for (const row of this.rows.values()) {
      if (row.session !== undefined && row.doubtedAt === undefined && this.#isGone(row)) row.doubtedAt = this.now;
    }
    this.#freeOverdue();
    const rows = [...this.rows.values()];
    const counted = rows.filter(({ job }) => this.#rules.counts === "unfinished" || job === undefined).length;
    const orphaned = this.#rules.doubtedOnceMore ? rows.filter(isOrphaned).length : 0;
    return Math.min(Math.ceil(Math.min(counted, most) / requestsPerJob) + orphaned, maxReplicaCount);
  }

  /** The row of an attempt that is this session's still. */
  owned({ job, request, attempt, session }: Key): Row | undefined {
    const row = this.rows.get(request);
    if (!this.#rules.fences) return row?.session === undefined ? undefined : row;
    return row?.job === job && row.attempt === attempt && row.session === session ? row : undefined;
  }

  /** batch.is_gone() */
  #isGone({ session, leaseUntil }: Row): boolean {
    if (leaseUntil !== undefined) return leaseUntil <= this.now;
    return session !== undefined && this.#startedAt < this.now - STARTED_MS && !this.locks.has(session);
  }

  /** batch.put_down() */
  #putDown(row: Row, reason: Reason, final: boolean, stays: boolean): EndStatus {
    const { claimed } = row;
    if (!claimed) throw new Error(`request ${row.request} must be claimed before it is put down; got a new one`);
    const { backoffLimit, crashLimit, interruptionLimit, backoffSeconds, jobFailures } = claimed;
    const { errors, crashes, interruptions } = row;
    const limits = { error: backoffLimit, crashed: crashLimit, interrupted: interruptionLimit };
    const givenUp = final || { error: errors, crashed: crashes, interrupted: interruptions }[reason] >= limits[reason];
    const status = this.#record(row, givenUp ? "DEAD" : "FAILED", reason);
    if (givenUp) {
      this.rows.delete(row.request);
      return status;
    }
    const kept = this.#rules.holds !== "never" && stays && jobFailures < backoffLimit;
    Object.assign(row, {
      session: undefined,
      leaseUntil: undefined,
      doubtedAt: reason === "crashed" && !stays ? row.doubtedAt : undefined,
      errors: errors + Number(reason === "error"),
      crashes: crashes + Number(reason === "crashed" && this.#rules.countsCrashes),
      interruptions: interruptions + Number(reason === "interrupted"),
      claimed: { ...claimed, jobFailures: jobFailures + 1 },
      job: kept ? row.job : undefined,
      heldUntil: kept ? this.now + backoff(claimed) + 1_000 * Math.max(2 * backoffSeconds, 2) : undefined,
    });
    return status;
  }

  /** batch.free_overdue() */
  #freeOverdue(): number {
    const { holds, putsDownTheGone } = this.#rules;
    let freed = 0;
    for (const row of holds === "forever" ? [] : this.rows.values()) {
      if (row.job === undefined || row.heldUntil === undefined || row.heldUntil > this.now) continue;
      Object.assign(row, { job: undefined, heldUntil: undefined });
      freed++;
    }
    for (const row of putsDownTheGone ? this.rows.values() : []) {
      const { claimed, doubtedAt, session } = row;
      if (session === undefined || doubtedAt === undefined || !claimed) continue;
      const patience = Math.max(backoff(claimed) + 500 * claimed.backoffSeconds, LEAST_DOUBT_MS);
      if (doubtedAt > this.now - patience || !this.#isGone(row)) continue;
      this.#putDown(row, "crashed", false, false);
      freed++;
    }
    return freed;
  }

  #record({ request, attempt, session, job }: Row, status: EndStatus, reason: Ended["reason"]) {
    if (session === undefined || job === undefined) throw new Error(`request ${request} must be running to be ended`);
    this.history.push({ request, attempt, session, status, reason, job });
    return status;
  }

  #lease(leaseSeconds: number): number | undefined {
    return leaseSeconds === 0 ? undefined : this.now + 1_000 * leaseSeconds;
  }

  /** The oldest such request: requests are kept in the order of their numbers. */
  #find(what: (row: Row) => boolean): Row | undefined {
    for (const row of this.rows.values()) if (what(row)) return row;
    return undefined;
  }
}

/** Whether its worker is gone, and it will be run again: with no crash left it is given up soon. */
function isOrphaned({ doubtedAt, job, crashes, claimed }: Row): boolean {
  return doubtedAt !== undefined && (job === undefined || crashes < (claimed?.crashLimit ?? 0));
}

/** batch.backoff(): the Job controller's wait after one failure more; zero after the Job's last pod. */
function backoff(claimed: Pick<Who, "jobFailures" | "backoffLimit" | "backoffSeconds">): number {
  const { jobFailures, backoffLimit, backoffSeconds } = claimed;
  return jobFailures >= backoffLimit ? 0 : backoffDelay(jobFailures + 1, backoffSeconds);
}
