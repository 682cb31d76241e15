import { median } from "../../bench/samples.ts";
import { atMost, type Finding } from "../finding.ts";
import { readAttempts } from "../kinds.ts";
import { PodWatch } from "../podWatch.ts";
import type { ScenarioContext } from "../scenario.ts";
import { HANDLER, NOTHING, TABLES } from "./batches.ts";

const RUNS = 20;
const LIMIT_SECONDS = 0.7;

const INSERTS = [
  "insert into make_it_clap (duration_seconds) values (0)",
  `insert into ${TABLES[NOTHING.kind]} (verb) values ('nothing')`,
];

/**
 * How much later a command's pod claims than a handler's: from the first sight of a pod in a watch to its attempt's start, one pod
 * at a time, the two in turns. Nothing is asked of the cluster while a pod starts. No pod of the two may be there before.
 */
export async function claimDelay({ cluster, note }: Pick<ScenarioContext, "cluster" | "note">): Promise<Finding> {
  using watch = new PodWatch(cluster, [HANDLER.name, NOTHING.kind]);
  for (let pod = 1; pod <= 2 * RUNS; pod++) {
    await cluster.psql(INSERTS[(pod - 1) % 2] as string);
    await watch.succeeded(pod, 120_000);
  }
  const [handler = Number.NaN, command = Number.NaN] = await Promise.all(
    [HANDLER.kind, NOTHING.kind].map(async (kind) => {
      const samples = (await readAttempts(cluster, kind)).flatMap(({ pod_name, started_at }) => {
        const seenAt = watch.firstSeen.get(pod_name);
        return seenAt === undefined ? [] : [(Date.parse(started_at) - seenAt) / 1_000];
      });
      if (samples.length !== RUNS)
        throw new Error(`${RUNS} pods of ${kind} must have been seen; got ${samples.length}`);
      return median(samples);
    }),
  );
  note(`from pod to claim: handler ${handler.toFixed(2)} s, command ${command.toFixed(2)} s (medians of ${RUNS})`);
  return atMost(LIMIT_SECONDS, "later a command's pod claims than a handler's", command - handler, " s");
}
