import type { EndStatus, Reason } from "../../worker/src/queue/attempt.ts";
import { getLimitName, RETRY_LIMITS, TIMEOUT_REASON } from "../../worker/src/retryLimits.ts";
import type { ClaimMiss, DemandParams } from "../support/queue.ts";
import { countJobs } from "./countJobs.ts";
import { QueueRows } from "./queueRows.ts";
import { backoff, type ClaimParams, type Key, mayBeRetried, RELEASED, type Row } from "./row.ts";
import { DESIGN, type Rules } from "./rules.ts";

/** A worker whose connection broke reconnects long before this. */
const MIN_SUSPICION_MS = 5_000;

/** A worker records its own timeout long before others would. */
const TIMEOUT_GRACE_MS = 30_000;

/** A model of the queue in sql/functions, without PostgreSQL; sqlVsModel.test.ts compares the two. */
export class Queue extends QueueRows {
  readonly #rules: Rules;

  constructor(rules: Rules = DESIGN) {
    super();
    this.#rules = rules;
  }

  /** batch.claim(); `next`: in one statement with a success of the same pod, which has always had a request then. */
  claim(params: ClaimParams, next = false): Key | undefined {
    const { jobName, session, jobFinished, leaseSeconds, timeoutSeconds, arriving, ...limits } = params;
    if (leaseSeconds === 0) this.locks.add(session);
    const own = next ? undefined : this.find((each) => each.job === jobName);
    if (own && own.session !== undefined && own.session !== session) return undefined;
    if (!own && !next && arriving) this.scaling.claims++;
    if (!own && this.#limitReached) return undefined;
    const row = own ?? this.waiting[0];
    if (!row) return undefined;
    if (row.canceled) {
      // A repeated claim: its work has not begun.
      this.record(row, "DEAD", "canceled");
      this.rows.delete(row.request);
      return this.claim(params, next);
    }
    if (!own && row.suspectedAt !== undefined && this.#rules.suspectsBecomeAbsent) {
      this.scaling.raiseAbsentJobs(this.scaling.absentJobs + 1);
    }
    if (row.session !== session) row.attempt++;
    row.deadlineAt = timeoutSeconds === 0 ? undefined : this.now + 1_000 * timeoutSeconds;
    const known = next ? 0 : (this.jobs.get(jobName)?.finished ?? 0);
    const finished = own?.claimedWith?.jobFinished ?? Math.max(jobFinished, known);
    Object.assign(row, { session, job: jobName, claimedWith: { ...limits, jobFinished: finished } });
    Object.assign(row, { reservedUntil: undefined, stoppingUntil: undefined, leaseUntil: this.#lease(leaseSeconds) });
    if (this.#rules.claimClearsSuspicion) row.suspectedAt = undefined;
    return { job: jobName, request: row.request, attempt: row.attempt, session };
  }

  /** batch.reclaim() */
  reclaim(params: Pick<ClaimParams, "jobName" | "session" | "leaseSeconds">, idle: boolean): ClaimMiss | undefined {
    const { jobName, session, leaseSeconds } = params;
    const own = this.find((row) => row.job === jobName && row.session !== undefined && row.session !== session);
    if (own && this.#rules.reapDead && this.isDead(own)) {
      this.#endAttempt(own, "crashed", false, true);
      return { finding: "reclaimed", holder: null };
    }
    if (own) return { finding: "locked", holder: this.#mayBeEnded(own) ? (own.session ?? null) : null };
    if (leaseSeconds === 0) this.locks.add(session);
    if (this.#reap() > 0) return { finding: "reclaimed", holder: null };
    const isKept = (row: Row) =>
      row.job !== undefined && (row.suspectedAt !== undefined || row.reservedUntil !== undefined);
    if (this.find(isKept)) return { finding: "reserved", holder: null };
    if (idle && this.#rules.absence !== "permanent") this.scaling.absentJobs = Math.max(0, this.scaling.absentJobs - 1);
    return undefined;
  }

  /** batch.renew(); undefined: the attempt is no longer this session's. */
  renew(key: Key, leaseSeconds: number): boolean | undefined {
    const row = this.owned(key);
    if (!row) return undefined;
    if (leaseSeconds === 0) this.locks.add(key.session);
    Object.assign(row, { suspectedAt: undefined, leaseUntil: this.#lease(leaseSeconds) });
    return true;
  }

  /** batch.announce_stop(); undefined: the attempt is no longer this session's. */
  announceStop(key: Key, seconds: number): boolean | undefined {
    const row = this.owned(key);
    if (!row) return undefined;
    row.stoppingUntil = this.now + 1_000 * seconds;
    return true;
  }

  /** batch.succeed(); undefined: the attempt is no longer this session's. */
  succeed(key: Key): EndStatus | undefined {
    const row = this.owned(key);
    if (!row) return undefined;
    this.rows.delete(row.request);
    return this.record(row, "SUCCESS", undefined);
  }

  /** batch.succeed_and_claim(); undefined: nothing was changed. */
  succeedAndClaim(key: Key, params: ClaimParams): { readonly next: Key | undefined } | undefined {
    if (this.succeed(key) === undefined) return undefined;
    return { next: this.claim(params, true) };
  }

  /** batch.fail(); undefined: the attempt is no longer this session's. */
  fail(key: Key, reason: Exclude<Reason, "deferred">, final: boolean): EndStatus | undefined {
    const row = this.owned(key);
    return row && this.#endAttempt(row, reason, final, reason !== "interrupted");
  }

  /** batch.defer(); undefined: the attempt is no longer this session's. */
  defer(key: Key, seconds: number): EndStatus | undefined {
    const row = this.owned(key);
    if (!row) return undefined;
    const dead = row.canceled || row.deferrals >= (row.claimedWith?.deferralLimit ?? 0);
    const status = this.record(row, dead ? "DEAD" : "FAILED", "deferred");
    if (dead) this.rows.delete(row.request);
    else Object.assign(row, RELEASED, { deferrals: row.deferrals + 1, availableAt: this.now + 1_000 * seconds });
    return status;
  }

  /** batch.demand() */
  demand(params: Omit<DemandParams, "kind">): number {
    this.lastPosition++;
    for (const row of this.rows.values()) {
      if (row.availableAt !== undefined && row.availableAt <= this.now) {
        Object.assign(row, { availableAt: undefined, position: this.lastPosition });
      }
    }
    for (const row of this.rows.values()) {
      if (row.session !== undefined && row.suspectedAt === undefined && this.isDead(row)) row.suspectedAt = this.now;
    }
    this.#reap();
    const { countOnly, countSuspectsTwice } = this.#rules;
    const { claimed } = this;
    const waiting = this.waiting.slice(0, params.requestsPerJob * params.maxReplicaCount);
    const suspects = [...claimed.filter(mayBeRetried), ...waiting].filter(
      (row) => row.suspectedAt !== undefined,
    ).length;
    const counts = {
      working: claimed.filter(({ suspectedAt }) => suspectedAt === undefined).length,
      suspects: countSuspectsTwice ? suspects : 0,
      unfinished: waiting.length + (countOnly === "waiting" ? 0 : claimed.length),
      podsHaveFailed: this.jobs.size > 0,
    };
    return countJobs(this.scaling, counts, params, { now: this.now, rules: this.#rules });
  }

  /** batch.take_over(), and the end of the holder's connection. */
  takeOver({ jobName }: Pick<ClaimParams, "jobName">, holder: number): boolean {
    const row = this.claimed.find(({ job, session }) => job === jobName && session === holder);
    if (!row || !this.#mayBeEnded(row)) return false;
    this.locks.delete(holder);
    this.#endAttempt(row, "crashed", false, true);
    return true;
  }

  /** The row of an attempt that is still this session's. */
  owned({ job, request, attempt, session }: Key): Row | undefined {
    const row = this.rows.get(request);
    if (!this.#rules.fencing) return row?.session === undefined ? undefined : row;
    return row?.job === job && row.attempt === attempt && row.session === session ? row : undefined;
  }

  /** Includes requests whose worker is suspected: it, or its Job, may return. */
  get #limitReached(): boolean {
    const { runningLimit } = this.scaling;
    if (runningLimit === undefined || this.#rules.runningLimit === "never") return false;
    const { claimed } = this;
    const counted =
      this.#rules.runningLimit === "withoutSuspects" ? claimed.filter((row) => !row.suspectedAt) : claimed;
    return runningLimit <= counted.length;
  }

  #mayBeEnded({ leaseUntil, stoppingUntil }: Row): boolean {
    const { takeover } = this.#rules;
    if (takeover === "never" || leaseUntil !== undefined) return false;
    return takeover === "anyone" || stoppingUntil === undefined || stoppingUntil <= this.now;
  }

  /** batch.end_attempt() */
  #endAttempt(row: Row, reason: Exclude<Reason, "deferred">, final: boolean, reserve: boolean): EndStatus {
    const { claimedWith, job } = row;
    if (!claimedWith || job === undefined)
      throw new Error(`request ${row.request} must be claimed to be ended; got a waiting one`);
    const { backoffLimit, backoffSeconds, jobFinished } = claimedWith;
    const limit = getLimitName(reason);
    const { counter } = RETRY_LIMITS[limit];
    const record = this.jobs.get(job) ?? { failures: 0, finished: 0 };
    const failures = this.#rules.reservationFrom === "job" ? record.failures : row.attempt - 1;
    this.jobs.set(job, { failures: record.failures + 1, finished: Math.max(record.finished, jobFinished) });
    const dead = final || row.canceled || row[counter] >= claimedWith[limit];
    const status = this.record(row, dead ? "DEAD" : "FAILED", reason);
    if (dead) {
      this.rows.delete(row.request);
      return status;
    }
    Object.assign(row, {
      suspectedAt: reason === "crashed" && !reserve ? row.suspectedAt : undefined,
      [counter]: row[counter] + Number(reason !== "crashed" || this.#rules.countCrashes),
    });
    const reserved = this.#rules.reservation !== "never" && reserve && failures < backoffLimit;
    const reservedUntil = this.now + backoff(failures, claimedWith) + 1_000 * Math.max(2 * backoffSeconds, 2);
    Object.assign(row, RELEASED, reserved && { job, reservedUntil });
    return status;
  }

  /** batch.reap() */
  #reap(): number {
    const { reservation, reapDead } = this.#rules;
    const overdue = Math.min(this.scaling.polledAt ?? this.now, this.now) - TIMEOUT_GRACE_MS;
    let changed = 0;
    for (const row of this.rows.values()) {
      const { session, claimedWith, job } = row;
      if (job === undefined || !claimedWith) continue;
      const crashedAfterMs = backoff(this.jobs.get(job)?.failures ?? 0, claimedWith) + 500 * claimedWith.backoffSeconds;
      if (session === undefined) {
        if (reservation === "forever" || (row.reservedUntil ?? Infinity) > this.now) continue;
        Object.assign(row, RELEASED);
      } else if (reapDead && (row.deadlineAt ?? Infinity) <= overdue) {
        this.#endAttempt(row, TIMEOUT_REASON, false, false);
      } else if (
        reapDead &&
        (row.suspectedAt ?? Infinity) <= this.now - Math.max(crashedAfterMs, MIN_SUSPICION_MS) &&
        this.isDead(row)
      ) {
        this.#endAttempt(row, "crashed", false, false);
      } else continue;
      changed++;
    }
    return changed;
  }

  #lease(leaseSeconds: number): number | undefined {
    return leaseSeconds === 0 ? undefined : this.now + 1_000 * leaseSeconds;
  }
}
