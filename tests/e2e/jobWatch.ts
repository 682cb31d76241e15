import { until } from "../support/until.ts";
import { type Cluster, KEDA_JOBS } from "./cluster.ts";
import { countJobs, firstSeen, type JobCount } from "./jobEvents.ts";
import { ObjectWatch } from "./objectWatch.ts";

const LINE = '{.type} {.object.metadata.name} {.object.status.conditions[?(@.status=="True")].type}';

/** Every change of every Job that KEDA created, from now on until it is closed. */
export class JobWatch implements Disposable {
  readonly #watch: ObjectWatch;

  constructor(cluster: Cluster) {
    this.#watch = new ObjectWatch(cluster, { resource: "jobs", selector: KEDA_JOBS, line: LINE });
  }

  get count(): JobCount {
    return countJobs(this.#watch.lines);
  }

  /** When each Job was first seen, as Date.now() gives it; none yet: []. */
  get createdAt(): readonly number[] {
    return firstSeen(this.#watch.lines, this.#watch.seenAt);
  }

  /** Waits until so many Jobs have ended one way or the other. */
  async ended(jobs: number, timeoutMs: number): Promise<void> {
    const enough = () => this.count.complete + this.count.failed >= jobs;
    await until(`${jobs} Jobs ended`, enough, { timeoutMs, intervalMs: 100 });
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
  }
}
