import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { until } from "../support/until.ts";
import { type Cluster, KEDA_JOBS, NAMESPACE } from "./cluster.ts";
import { countJobs, firstSeen, type JobCount } from "./jobEvents.ts";

const LINE = '{.type} {.object.metadata.name} {.object.status.conditions[?(@.status=="True")].type}{"\\n"}';

/** Every change of every Job that KEDA created, as the API server tells it, from now on until it is closed. */
export class JobWatch implements Disposable {
  readonly #lines: string[] = [];
  readonly #seenAt: number[] = [];
  readonly #child: ChildProcess;
  readonly #kill = () => this.#child.kill();

  constructor({ context }: Cluster) {
    const which = ["-n", NAMESPACE, "-l", KEDA_JOBS, "--watch", "--output-watch-events", "-o", `jsonpath=${LINE}`];
    this.#child = spawn("kubectl", ["--context", context, "get", "jobs", ...which], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    process.once("exit", this.#kill);
    createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      this.#lines.push(line);
      this.#seenAt.push(Date.now());
    });
  }

  get count(): JobCount {
    if (this.#child.exitCode !== null) throw new Error(`kubectl get jobs --watch ended with ${this.#child.exitCode}`);
    return countJobs(this.#lines);
  }

  /** When each Job was first seen, as Date.now() gives it; none yet: []. */
  get createdAt(): readonly number[] {
    return firstSeen(this.#lines, this.#seenAt);
  }

  /** Waits until so many Jobs have ended one way or the other. */
  async ended(jobs: number, patienceMs: number): Promise<void> {
    const enough = () => this.count.complete + this.count.failed >= jobs;
    await until(`${jobs} Jobs ended`, enough, { patienceMs, lookMs: 100 });
  }

  [Symbol.dispose](): void {
    process.off("exit", this.#kill);
    this.#child.kill();
  }
}
