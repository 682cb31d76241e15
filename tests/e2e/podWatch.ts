import { until } from "../support/until.ts";
import type { Cluster } from "./cluster.ts";
import { ObjectWatch } from "./objectWatch.ts";

const LINE = "{.type} {.object.metadata.name} {.object.status.phase}";

/** Every pod of some batches, from now on until it is closed. */
export class PodWatch implements Disposable {
  readonly #watch: ObjectWatch;

  /** @param batches - the names of their ScaledJobs */
  constructor(cluster: Cluster, batches: readonly string[]) {
    const selector = `app.kubernetes.io/name in (${batches.join()})`;
    this.#watch = new ObjectWatch(cluster, { resource: "pods", selector, line: LINE });
  }

  /** When each pod was first seen, by its name, in milliseconds since the epoch. */
  get firstSeen(): ReadonlyMap<string, number> {
    const seen = new Map<string, number>();
    for (const [index, line] of this.#watch.lines.entries()) {
      const name = line.split(" ")[1] ?? "";
      if (!seen.has(name)) seen.set(name, this.#watch.seenAt[index] as number);
    }
    return seen;
  }

  /** Waits until this many pods have succeeded. */
  async succeeded(pods: number, timeoutMs: number): Promise<void> {
    const enough = () => {
      const ended = this.#watch.lines.filter((line) => line.endsWith(" Succeeded"));
      return new Set(ended.map((line) => line.split(" ")[1])).size >= pods;
    };
    await until(`${pods} pods Succeeded`, enough, { timeoutMs, intervalMs: 50 });
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
  }
}
