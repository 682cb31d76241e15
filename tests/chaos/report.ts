import type { Limit } from "../bench/limit.ts";
import { ms, whole } from "../bench/table.ts";
import type { KillOptions } from "./options.ts";
import type { Summary } from "./summary.ts";

/** From a worker's death until the server has dropped its session lock. */
const FREE_MS = 1_000;

/** The lines of the table: what, how many. */
export function rowsOf(calm: Summary, killed: Summary): string[][] {
  const { killsByPhase: by, killToFree: free, killToRunning: running } = killed;
  return [
    ["kills", whole(killed.kills)],
    ["  of a pod at work on a request", whole(by["at work"])],
    ["  of a pod before its claim", whole(by["before its claim"])],
    ["  of a pod whose request had ended", whole(by["after its end"])],
    ["requests", whole(killed.requests)],
    ["SUCCESS", whole(killed.succeeded)],
    ["lost", whole(killed.lost)],
    ["finished twice", whole(killed.finishedTwice)],
    ["Jobs", whole(killed.jobs)],
    ["  Failed, with backoffLimit used up", whole(killed.failedJobs)],
    ["attempts", whole(killed.attempts)],
    ["  crashed", whole(killed.crashed)],
    ["    with a claim whose answer the pod had not read", whole(killed.crashedUnsaid)],
    ["kill to free, p50", ms(free.p50)],
    ["kill to free, p99", ms(free.p99)],
    ["kill to free, longest", ms(free.most)],
    ["kill to running again, p50", ms(running.p50)],
    ["kill to running again, p99", ms(running.p99)],
    ["kill to running again, longest", ms(running.most)],
    ["writes a second that say who is alive", (calm.otherUpdates / calm.seconds).toFixed(2)],
    ["seconds", killed.seconds.toFixed(1)],
  ];
}

/** What must hold, of the batch with kills and of the calm one before it. */
export function limitsOf({ kills }: Pick<KillOptions, "kills">, calm: Summary, killed: Summary): Limit[] {
  const { crashed, killsByPhase: by } = killed;
  const none = (what: string, measured: number): Limit => ({ what, measured, bound: "at most", limit: 0 });
  return [
    { what: "kills", measured: killed.kills, bound: "at least", limit: kills },
    none("requests lost", calm.lost + killed.lost),
    none("requests finished twice", calm.finishedTwice + killed.finishedTwice),
    none("attempts charged although nobody killed their pod", calm.chargedWithoutKill + killed.chargedWithoutKill),
    none("killed at work, and no end of it in the history", killed.killedWithoutEnd),
    none("attempts begun before their predecessor was killed", killed.sideBySide),
    {
      what: "crashed attempts",
      measured: crashed,
      bound: "at most",
      limit: by["at work"] + by["before its claim"],
    },
    ...(kills === 0
      ? []
      : [
          {
            what: "kill to free, p99",
            measured: killed.killToFree.p99,
            bound: "at most",
            limit: FREE_MS,
            unit: " ms",
          } as const,
        ]),
    none("updates of batch.queue besides claims and put-downs, nobody killed", calm.otherUpdates),
    {
      what: "the same with kills: one doubt and one hold that is over, a death",
      measured: killed.otherUpdates,
      bound: "at most",
      limit: 2 * killed.kills,
    },
  ];
}
