import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster, KubernetesObject } from "../cluster.ts";
import { workers } from "../workers.ts";
import type { PodRecord } from "./loss.ts";

const INTERVAL_MS = 1_000;

/** Until it is disposed, records each worker's pod, including deleted ones, and when a node was not ready. */
export class Observer implements AsyncDisposable {
  readonly #cluster: Cluster;
  readonly #node: string;
  readonly #pods = new Map<string, PodRecord>();
  readonly #ended: Promise<void>;
  #stopped = false;
  #error: Error | undefined;
  #notReadyAt: number | undefined;

  constructor(cluster: Cluster, node: string) {
    this.#cluster = cluster;
    this.#node = node;
    this.#ended = this.#run().catch((error: Error) => {
      this.#error = error;
    });
  }

  /** @throws Error when the cluster did not answer: what happened since is unknown. */
  get pods(): readonly PodRecord[] {
    if (this.#error !== undefined) throw this.#error;
    return [...this.#pods.values()];
  }

  /** When Kubernetes marked the node as not ready, in milliseconds since the epoch, rounded to seconds; undefined: it has not. */
  get notReadyAt(): number | undefined {
    return this.#notReadyAt;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#ended;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const [pods, nodes] = await Promise.all([workers(this.#cluster), this.#cluster.list("nodes")]);
      for (const pod of pods) this.#pods.set(pod.metadata.uid, toRecord(pod));
      this.#notReadyAt ??= readNotReady(nodes.find(({ metadata }) => metadata.name === this.#node));
      await sleep(INTERVAL_MS);
    }
  }
}

/** The record of a pod. */
function toRecord({ metadata, spec, status }: KubernetesObject): PodRecord {
  const [container] = status.containerStatuses ?? [];
  const { running, terminated } = container?.state ?? {};
  return {
    name: metadata.name,
    job: metadata.labels?.["batch.kubernetes.io/job-name"] ?? "",
    node: spec.nodeName,
    createdAt: Date.parse(metadata.creationTimestamp),
    startedAt: parseTime((running ?? terminated)?.startedAt),
  };
}

function readNotReady(node: KubernetesObject | undefined): number | undefined {
  const conditions: readonly Record<string, string>[] = node?.status.conditions ?? [];
  const ready = conditions.find(({ type }) => type === "Ready");
  return ready === undefined || ready.status === "True" ? undefined : parseTime(ready.lastTransitionTime);
}

function parseTime(text: string | undefined): number | undefined {
  return text == null ? undefined : Date.parse(text);
}
