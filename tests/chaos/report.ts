import { formatInteger, ms } from "../bench/table.ts";
import { atLeast, atMost, type Limit } from "../support/limit.ts";
import type { KillOptions } from "./options.ts";
import type { Summary } from "./summary.ts";

/** From a worker's death until the server has released its session lock. */
const UNLOCK_MS = 1_000;

/** The lines of the table: what, how many. */
export function toRows(baseline: Summary, killed: Summary): string[][] {
  const { killsByPhase: by, killToUnlocked: free, killToRunning: running } = killed;
  return [
    ["kills", formatInteger(killed.kills)],
    ["  of a pod at work on a request", formatInteger(by["at work"])],
    ["  of a pod before its claim", formatInteger(by["before its claim"])],
    ["  of a pod whose request had ended", formatInteger(by["after its end"])],
    ["requests", formatInteger(killed.requests)],
    ["SUCCESS", formatInteger(killed.succeeded)],
    ["lost", formatInteger(killed.lost)],
    ["finished twice", formatInteger(killed.finishedTwice)],
    ["Jobs", formatInteger(killed.jobs)],
    ["  Failed, with backoffLimit used up", formatInteger(killed.failedJobs)],
    ["attempts", formatInteger(killed.attempts)],
    ["  crashed", formatInteger(killed.crashed)],
    ["    with a claim whose answer the pod had not read", formatInteger(killed.crashedBeforeLog)],
    ["kill to unlocked, p50", ms(free.p50)],
    ["kill to unlocked, p99", ms(free.p99)],
    ["kill to unlocked, longest", ms(free.most)],
    ["kill to running again, p50", ms(running.p50)],
    ["kill to running again, p99", ms(running.p99)],
    ["kill to running again, longest", ms(running.most)],
    ["writes a second that say who is alive", (baseline.furtherUpdates / baseline.seconds).toFixed(2)],
    ["seconds", killed.seconds.toFixed(1)],
  ];
}

/** The limits of the batch with kills and of the one before it without. */
export function toLimits({ kills }: Pick<KillOptions, "kills">, baseline: Summary, killed: Summary): Limit[] {
  const { crashed, killsByPhase: by, killToUnlocked } = killed;
  const sum = (key: "lost" | "finishedTwice" | "failedWithoutKill") => baseline[key] + killed[key];
  return [
    atLeast(kills, "kills", killed.kills),
    atMost(0, "requests lost", sum("lost")),
    atMost(0, "requests finished twice", sum("finishedTwice")),
    atMost(0, "attempts that failed although their pod was not killed", sum("failedWithoutKill")),
    atMost(0, "killed at work, and no end of it in the history", killed.killedNoOutcome),
    atMost(0, "attempts begun before their predecessor was killed", killed.overlapping),
    atMost(by["at work"] + by["before its claim"], "crashed attempts", crashed),
    ...(kills === 0 ? [] : [atMost(UNLOCK_MS, "kill to unlocked, p99", killToUnlocked.p99, " ms")]),
    atMost(0, "updates of batch.queue besides claims and ends, without kills", baseline.furtherUpdates),
    atMost(
      2 * killed.kills,
      "the same with kills: one suspicion and one expired reservation for each death",
      killed.furtherUpdates,
    ),
  ];
}
