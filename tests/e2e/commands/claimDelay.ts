import { atMost, type Limit } from "../../support/limit.ts";
import { median } from "../../support/samples.ts";
import { readAttempts } from "../kinds.ts";
import { PodWatch } from "../podWatch.ts";
import type { ScenarioContext } from "../scenario.ts";

const RUNS = 20;
const LIMIT_SECONDS = 0.7;

/** A batch, and the statement that adds a request with nothing to do. */
export interface IdleBatch {
  readonly label: string;
  readonly kind: string;
  /** Its ScaledJob's name. */
  readonly name: string;
  readonly insert: string;
}

/**
 * Measures how much later the pod of a command claims than a handler's: from the pod's first appearance in a watch to its attempt's
 * start, one pod at a time, alternating between the batches. The cluster is not queried while a pod starts. None of their pods may exist
 * before.
 *
 * @param others - batches that are measured in the same turns, and only shown
 */
export async function claimDelay(
  { cluster, note }: Pick<ScenarioContext, "cluster" | "note">,
  handler: IdleBatch,
  command: IdleBatch,
  ...others: readonly IdleBatch[]
): Promise<Limit> {
  const batches = [handler, command, ...others];
  using watch = new PodWatch(
    cluster,
    batches.map(({ name }) => name),
  );
  for (let pods = 0; pods < RUNS * batches.length; ) {
    for (const { insert } of batches) {
      await cluster.psql(insert);
      await watch.succeeded(++pods, 120_000);
    }
  }
  async function measure({ kind }: IdleBatch): Promise<number> {
    const samples = (await readAttempts(cluster, kind)).flatMap(({ pod_name, started_at }) => {
      const seenAt = watch.firstSeen.get(pod_name);
      return seenAt === undefined ? [] : [(Date.parse(started_at) - seenAt) / 1_000];
    });
    if (samples.length !== RUNS) throw new Error(`${RUNS} pods of ${kind} must have been seen; got ${samples.length}`);
    return median(samples);
  }
  const medians: string[] = [];
  for (const batch of batches) medians.push(`${batch.label} ${(await measure(batch)).toFixed(2)} s`);
  note(`from pod to claim, medians of ${RUNS}: ${medians.join(", ")}`);
  const later = (await measure(command)) - (await measure(handler));
  return atMost(LIMIT_SECONDS, "later a command's pod claims than a handler's, median", later, " s");
}
