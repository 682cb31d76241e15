import { atMost, exactly, type Limit } from "../../support/limit.ts";
import { countAttempts } from "../chaos/attemptTotals.ts";
import type { DatabaseLoss } from "./loseDatabase.ts";
import { changedSince } from "./loss.ts";

/** The findings that must hold for every kind of loss. */
export function databaseFindings(loss: DatabaseLoss): Limit[] {
  const { kind, before, attempts, requests, toRunAgain, toFirstAttempt } = loss;
  const totals = countAttempts(attempts);
  const ended = before.filter(({ status }) => status !== "RUNNING").length;
  return [
    exactly(requests, `${kind}: requests SUCCESS`, totals.succeeded),
    exactly(0, "SUCCESS twice", totals.twice),
    exactly(0, "attempts at the same time as another of their request", totals.overlapping),
    exactly(0, "error", totals.error),
    exactly(ended, "attempts kept that had ended before", ended - changedSince(loss).length),
    atMost(120, "from the database's return until all run again or have succeeded", toRunAgain, " s"),
    atMost(120, "from a later request's insert to its first attempt", toFirstAttempt, " s"),
  ];
}

/** How long the database was away, and how many attempts its loss ended, by their reason. */
export function describeDatabaseLoss({ kind, attempts, awaySeconds }: DatabaseLoss): string {
  const { crashed, interrupted } = countAttempts(attempts);
  return `${kind}: the database was away for ${awaySeconds.toFixed(1)} s; ${crashed} crashed, ${interrupted} interrupted`;
}
