import { readFileSync } from "node:fs";
import { until } from "../support/until.ts";
import { type Cluster, NAMESPACE } from "./cluster.ts";
import type { Stack } from "./stack.ts";

const NAME = "plain";

const PROGRAM = readFileSync(new URL("plainPod.mjs", import.meta.url), "utf8");

/** Up to this age a run says how fast the machine is now; `pulumi up` takes less. */
const RECENT_SECONDS = 120;

/**
 * The baseline for throughput: one Kubernetes Job with 60 completions at parallelism 10 and the same work. Its pods are the worker's
 * except for the command, `plainPod.mjs`, and the probes. A machine's speed changes by a tenth within minutes, so what is compared with
 * it runs between two of its runs.
 */
export class PlainJob {
  readonly #cluster: Cluster;
  readonly #stack: Stack;
  #latest: { readonly seconds: number; readonly endedAt: number } | undefined;

  constructor(cluster: Cluster, stack: Stack) {
    this.#cluster = cluster;
    this.#stack = stack;
  }

  /** The duration of the latest run in seconds, or of a new one if the latest is not recent. */
  async recentSeconds(): Promise<number> {
    const latest = this.#latest;
    const isRecent = latest !== undefined && performance.now() - latest.endedAt < RECENT_SECONDS * 1_000;
    return isRecent ? latest.seconds : await this.run();
  }

  /** Runs the Job. @returns its duration in seconds. */
  async run(): Promise<number> {
    const job = JSON.parse(await this.#stack.pulumi(["stack", "output", "job"]));
    job.metadata = { name: NAME, namespace: NAMESPACE };
    Object.assign(job.spec, { parallelism: 10, completions: 60 });
    const [container] = job.spec.template.spec.containers;
    container.command = ["node", "--input-type=module", "--eval", PROGRAM];
    // It answers no probe.
    delete container.startupProbe;
    delete container.livenessProbe;
    const began = performance.now();
    await this.#cluster.kubectl(["create", "-f", "-"], JSON.stringify(job));
    try {
      await until("the plain Job's end", () => this.#isComplete(), { timeoutMs: 900_000, intervalMs: 200 });
      const seconds = (performance.now() - began) / 1_000;
      this.#latest = { seconds, endedAt: performance.now() };
      return seconds;
    } finally {
      await this.#cluster.kubectl(["delete", "job", NAME, "-n", NAMESPACE, "--wait"]);
    }
  }

  /** @throws Error when the Job has failed, which `kubectl wait` would not notice. */
  async #isComplete(): Promise<boolean> {
    const conditions = await this.#cluster.kubectl([
      ...["get", "job", NAME, "-n", NAMESPACE],
      ...["-o", "jsonpath={.status.conditions[*].type} {.status.conditions[*].message}"],
    ]);
    if (/^(\S+ )*Failed /.test(conditions)) throw new Error(`the plain Job must complete; got ${conditions}`);
    return /^(\S+ )*Complete /.test(conditions);
  }
}
