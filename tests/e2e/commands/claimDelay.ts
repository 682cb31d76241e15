import { atMost, type Limit } from "../../support/limit.ts";
import { median } from "../../support/samples.ts";
import { readAttempts } from "../kinds.ts";
import { PodWatch } from "../podWatch.ts";
import type { ScenarioContext } from "../scenario.ts";
import { HANDLER, INJECTED, OVERLAID, TABLES } from "./batches.ts";

const RUNS = 20;
const LIMIT_SECONDS = 0.7;

const INSERTS: readonly (readonly [kind: string, statement: string])[] = [
  [HANDLER.kind, "insert into make_it_clap (duration_seconds) values (0)"],
  ...[OVERLAID, INJECTED].map(({ kind }) => [kind, `insert into ${TABLES[kind]} (verb) values ('nothing')`] as const),
];

/**
 * Measures how much later a command's pod claims than a handler's: from the pod's first appearance in a watch to its attempt's start,
 * one pod at a time, alternating between the batches. The cluster is not queried while a pod starts. None of their pods may exist before.
 */
export async function claimDelay({ cluster, note }: Pick<ScenarioContext, "cluster" | "note">): Promise<Limit> {
  using watch = new PodWatch(cluster, [HANDLER.name, OVERLAID.kind, INJECTED.kind]);
  for (let pods = 0; pods < RUNS * INSERTS.length; ) {
    for (const [, statement] of INSERTS) {
      await cluster.psql(statement);
      await watch.succeeded(++pods, 120_000);
    }
  }
  async function measure(kind: string): Promise<number> {
    const samples = (await readAttempts(cluster, kind)).flatMap(({ pod_name, started_at }) => {
      const seenAt = watch.firstSeen.get(pod_name);
      return seenAt === undefined ? [] : [(Date.parse(started_at) - seenAt) / 1_000];
    });
    if (samples.length !== RUNS) throw new Error(`${RUNS} pods of ${kind} must have been seen; got ${samples.length}`);
    return median(samples);
  }
  const handler = await measure(HANDLER.kind);
  const overlaid = await measure(OVERLAID.kind);
  const injected = await measure(INJECTED.kind);
  note(
    `from pod to claim, medians of ${RUNS}: handler ${handler.toFixed(2)} s, command ${overlaid.toFixed(2)} s, ` +
      `command whose runner an init container brings ${injected.toFixed(2)} s`,
  );
  return atMost(LIMIT_SECONDS, "later a command's pod claims than a handler's, median", overlaid - handler, " s");
}
