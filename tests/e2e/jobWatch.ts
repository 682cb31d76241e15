import { until } from "../support/until.ts";
import { type Cluster, KEDA_JOBS, NAMESPACE } from "./cluster.ts";
import { countJobs, firstSeen, type JobCount } from "./jobEvents.ts";
import { ObjectWatch } from "./objectWatch.ts";

const LINE = '{.type} {.object.metadata.name} {.object.status.conditions[?(@.status=="True")].type}';

/** The namespace and the label of a batch's Jobs. */
export interface WatchedBatch {
  readonly namespace: string;
  readonly label: string;
}

/** Every change of every Job that KEDA created, from now on until it is closed. */
export class JobWatch implements Disposable {
  readonly #watch: ObjectWatch;

  /** @param batch - which Jobs; by default the sample's */
  constructor(cluster: Cluster, batch: WatchedBatch = { namespace: NAMESPACE, label: KEDA_JOBS }) {
    const { namespace, label: selector } = batch;
    this.#watch = new ObjectWatch(cluster, { resource: "jobs", namespace, selector, line: LINE });
  }

  get count(): JobCount {
    return countJobs(this.#watch.lines);
  }

  /** When each Job was first seen, in milliseconds since the epoch; [] if none has been. */
  get createdAt(): readonly number[] {
    return firstSeen(this.#watch.lines, this.#watch.seenAt);
  }

  /** Waits until this many Jobs are Complete or Failed. */
  async ended(jobs: number, timeoutMs: number): Promise<void> {
    const enough = () => this.count.complete + this.count.failed >= jobs;
    await until(`${jobs} Jobs ended`, enough, { timeoutMs, intervalMs: 100 });
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
  }
}
