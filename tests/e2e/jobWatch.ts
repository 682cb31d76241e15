import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { runProgram } from "../../cli/runProgram.ts";
import { until } from "../support/until.ts";
import { type Cluster, KEDA_JOBS, NAMESPACE } from "./cluster.ts";
import { countJobs, firstSeen, type JobCount } from "./jobEvents.ts";

const LINE = '{.type} {.object.metadata.name} {.object.status.conditions[?(@.status=="True")].type}{"\\n"}';

/** Every change of every Job that KEDA created, as the API server reports it, from now on until it is closed. */
export class JobWatch implements Disposable {
  readonly #lines: string[] = [];
  readonly #seenAt: number[] = [];
  readonly #kill = () => this.#child?.kill();
  #child: ChildProcess | undefined;
  /** How the watch ended, which it does not unless it is closed; undefined while it runs. */
  #end: string | undefined;

  constructor({ context }: Cluster) {
    const which = ["-n", NAMESPACE, "-l", KEDA_JOBS, "--watch", "--output-watch-events", "-o", `jsonpath=${LINE}`];
    const ended = runProgram("kubectl", ["--context", context, "get", "jobs", ...which], {
      output: "inherit-stderr",
      onStart: (child) => this.#read(child),
    });
    ended.then(
      ({ exitCode, signal }) => {
        this.#end = `ended with ${signal ?? exitCode}`;
      },
      (error: Error) => {
        this.#end = error.message;
      },
    );
    process.once("exit", this.#kill);
  }

  get count(): JobCount {
    if (this.#end !== undefined) throw new Error(`kubectl get jobs --watch: ${this.#end}`);
    return countJobs(this.#lines);
  }

  /** When each Job was first seen, as Date.now() gives it; none yet: []. */
  get createdAt(): readonly number[] {
    return firstSeen(this.#lines, this.#seenAt);
  }

  /** Waits until so many Jobs have ended one way or the other. */
  async ended(jobs: number, timeoutMs: number): Promise<void> {
    const enough = () => this.count.complete + this.count.failed >= jobs;
    await until(`${jobs} Jobs ended`, enough, { timeoutMs, intervalMs: 100 });
  }

  [Symbol.dispose](): void {
    process.off("exit", this.#kill);
    this.#child?.kill();
  }

  #read(child: ChildProcess): void {
    this.#child = child;
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      this.#lines.push(line);
      this.#seenAt.push(Date.now());
    });
  }
}
