import type { EndStatus } from "../../worker/src/queue/attempt.ts";
import { Scaling } from "./countJobs.ts";
import { type EndedAttempt, type JobRecord, newRow, type Row } from "./row.ts";

/** A server that has just started has no locks, and no session counts as dead. */
const STARTUP_GRACE_MS = 5_000;

/** The rows of batch.queue, batch.job, batch.scaling and batch.history, and changes from outside. */
export class QueueRows {
  readonly rows = new Map<number, Row>();
  readonly history: EndedAttempt[] = [];
  readonly jobs = new Map<string, JobRecord>();
  readonly scaling = new Scaling();
  /** Sessions whose lock is held: those of every worker with a connection that the server considers open. */
  readonly locks = new Set<number>();
  /** Milliseconds. */
  now = 0;
  /** Requests ever inserted. */
  inserted = 0;
  /** Requests that were deleted before their first attempt. */
  removed = 0;
  protected lastPosition = 0;
  protected startedAt = -STARTUP_GRACE_MS - 1;

  /** Inserts requests in one statement; returns their numbers, which are not in ascending order. */
  insert(count: number): readonly number[] {
    this.lastPosition++;
    const requests = Array.from({ length: count }, () => (7_919 * ++this.inserted) % 10_007);
    for (const request of requests) this.rows.set(request, newRow(request, this.lastPosition));
    return requests;
  }

  /** batch.dequeue_ids(): the request's row was deleted. */
  cancel(request: number): void {
    const row = this.rows.get(request);
    if (!row) return;
    if (row.session !== undefined) {
      row.canceled = true;
      return;
    }
    this.rows.delete(request);
    if (row.attempt === 0) this.removed++;
    const latest = this.history.find((ended) => ended.request === request && ended.attempt === row.attempt);
    if (latest?.status === "FAILED") latest.status = "DEAD";
  }

  /** Every connection breaks, and with it every session lock. */
  restart(): void {
    this.locks.clear();
    this.startedAt = this.now;
  }

  /** Requests that a Job has. */
  get claimed(): readonly Row[] {
    return [...this.rows.values()].filter(({ job }) => job !== undefined);
  }

  /** Requests that any Job may claim, in their order. */
  get waiting(): readonly Row[] {
    const rows = [...this.rows.values()].filter(
      ({ job, availableAt }) => job === undefined && availableAt === undefined,
    );
    return rows.sort((a, b) => a.position - b.position || a.request - b.request);
  }

  /** batch.session_is_dead() */
  protected isDead({ session, leaseUntil }: Row): boolean {
    if (leaseUntil !== undefined) return leaseUntil <= this.now;
    return session !== undefined && this.startedAt < this.now - STARTUP_GRACE_MS && !this.locks.has(session);
  }

  protected record({ request, attempt, session, job }: Row, status: EndStatus, reason: EndedAttempt["reason"]) {
    if (session === undefined || job === undefined) throw new Error(`request ${request} must be running to be ended`);
    this.history.push({ request, attempt, session, status, reason, job });
    return status;
  }

  protected find(condition: (row: Row) => boolean): Row | undefined {
    for (const row of this.rows.values()) if (condition(row)) return row;
    return undefined;
  }
}
