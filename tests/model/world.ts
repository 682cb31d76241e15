import {
  createJob,
  deletedPodEnded,
  isPodDue,
  isUnfinished,
  type JobState,
  podDeleted,
  podEnded,
  podStarted,
} from "../../simulator/jobController.ts";
import { jobsToCreate } from "../../simulator/scaling.ts";
import { EXIT_KILLED } from "../../worker/src/outcome.ts";
import { Pod, type Work } from "./pod.ts";
import { Queue } from "./queue.ts";
import { DESIGN, type Rules } from "./rules.ts";
import { DELAYS, type Delays, type ModelSettings } from "./settings.ts";

/** Nodes; one may be lost at a time. */
const NODES = 2;

/** A queue, KEDA, the Job controller, and pods on nodes. Times are in seconds here. */
export class World {
  readonly queue: Queue;
  /** The Jobs that exist, finished ones too. */
  readonly jobs = new Map<string, JobState>();
  readonly pods = new Map<string, Pod>();
  /** Jobs that have claimed a request. */
  readonly busy = new Set<string>();
  /**
   * Whether a Job's request came to its end while the Job goes on: it was given up early, by a final error or its own
   * budget, or a pod that was deleted has finished it, which the Job counts as failed all the same.
   */
  outlived = false;
  /** Jobs ever created. */
  created = 0;
  settings: ModelSettings;
  readonly #rules: Rules;
  readonly #delays: Delays;
  readonly #settingsOf = new Map<string, ModelSettings>();
  #sessions = 0;
  #lost: { readonly node: number; readonly at: number } | undefined;

  constructor(settings: ModelSettings, { rules = DESIGN, delays }: { rules?: Rules; delays?: Partial<Delays> } = {}) {
    this.settings = settings;
    this.#rules = rules;
    this.queue = new Queue(rules);
    this.#delays = { ...DELAYS, ...delays };
  }

  /** Neither Complete nor Failed. */
  get unfinished(): readonly JobState[] {
    return [...this.jobs.values()].filter(isUnfinished);
  }

  /** Pods that run, by their own lights: those of a lost node are not heard of. */
  get running(): readonly Pod[] {
    return [...this.pods.values()].filter((pod) => !this.isLost(pod));
  }

  /** Whether no Job is between its request's end and its own. */
  get quiet(): boolean {
    const held = new Set([...this.queue.rows.values()].map(({ job }) => job));
    return this.unfinished.every(({ name }) => !this.busy.has(name) || held.has(name));
  }

  isLost(pod: Pod): boolean {
    return pod.args.node === this.#lost?.node;
  }

  /** A look of KEDA's at the scaling query; returns how many Jobs it created. */
  poll(): number {
    const queueLength = this.queue.demand(this.settings);
    const { maxReplicaCount } = this.settings;
    const running = this.unfinished.length;
    const count = jobsToCreate({ queueLength, maxReplicaCount, running, pending: 0, strategy: "default" });
    for (let each = 0; each < count; each++) {
      const name = `job-${this.created++}`;
      this.jobs.set(name, createJob(name, this.queue.now));
      this.#settingsOf.set(name, this.settings);
    }
    return count;
  }

  /** Lets seconds pass, and with them what only time brings: a lost node's end, and a grace period's. */
  wait(seconds: number): void {
    this.queue.now += 1_000 * seconds;
    this.#sufferLoss();
    for (const pod of this.running) {
      const { deletedAt } = pod;
      if (deletedAt === undefined || this.#since(deletedAt) < this.#delays.grace) continue;
      // The worker abandons work that has not stopped by then, and exits.
      while (pod.exitCode === undefined) this.step(pod, "throws");
      this.step(pod, "throws");
    }
  }

  /** Jobs whose pod is due now. */
  get due(): readonly JobState[] {
    return this.unfinished.filter((job) => isPodDue(job, this.queue.now));
  }

  startPod(job: JobState): Pod {
    const name = `${job.name}-${job.pods}`;
    this.jobs.set(job.name, podStarted(job, name));
    const session = ++this.#sessions;
    const node = this.#lost ? (this.#lost.node + 1) % NODES : session % NODES;
    const settings = { ...(this.#settingsOf.get(job.name) ?? this.settings), ...this.#delays };
    const pod = new Pod({ name, jobName: job.name, node, session, settings, rules: this.#rules });
    this.pods.set(name, pod);
    return pod;
  }

  /** A pod's next statement, or its exit. */
  step(pod: Pod, work: Work): void {
    if (pod.exitCode === undefined) pod.step(this.queue, work);
    else this.#end(pod, pod.exitCode);
    if (pod.key) this.busy.add(pod.args.jobName);
    this.outlived ||= this.#isOutlived(pod);
  }

  /** SIGKILL, out of memory: the process is gone, its connection with it. */
  kill(pod: Pod): void {
    this.#end(pod, EXIT_KILLED);
  }

  /** A drain or an eviction: SIGTERM, and the Job counts the pod as failed at once. */
  deletePod(pod: Pod): void {
    if (pod.deletedAt !== undefined) return;
    pod.deletedAt = this.queue.now;
    this.#update(pod, (job, settings) => podDeleted(job, this.queue.now, settings));
    this.outlived ||= this.#isOutlived(pod);
  }

  /** `kubectl delete job`: its pods get SIGTERM. */
  deleteJob(job: JobState): void {
    this.jobs.delete(job.name);
    for (const pod of this.pods.values()) if (pod.args.jobName === job.name) pod.deletedAt ??= this.queue.now;
  }

  /** A node is not heard of any more: its pods may go on, but reach nobody. */
  loseNode(node: number): void {
    this.#lost ??= { node: node % NODES, at: this.queue.now };
  }

  /** The node is back, and its pods with it: zombies where others have taken over. */
  findNode(): void {
    this.#lost = undefined;
  }

  /** Every connection breaks. */
  restartDatabase(): void {
    this.queue.restart();
    for (const pod of this.pods.values()) pod.connected = false;
  }

  #isOutlived({ args, exitCode, deletedAt }: Pod): boolean {
    const job = this.jobs.get(args.jobName);
    if (exitCode === undefined || !job || job.target !== undefined) return false;
    const goesOn = deletedAt !== undefined || (exitCode !== 0 && job.failedPods < args.settings.backoffLimit);
    const { history } = this.queue;
    return goesOn && history.some(({ session, status }) => session === args.session && status !== "FAILED");
  }

  #since(at: number): number {
    return (this.queue.now - at) / 1_000;
  }

  #sufferLoss(): void {
    if (!this.#lost) return;
    const { sessionGone, unreachable, toleration, removed } = this.#delays;
    const seconds = this.#since(this.#lost.at);
    const pods = [...this.pods.values()].filter((pod) => this.isLost(pod));
    for (const pod of seconds >= sessionGone ? pods : []) {
      this.queue.locks.delete(pod.args.session);
      pod.connected = false;
    }
    for (const pod of seconds >= unreachable + toleration ? pods : []) this.deletePod(pod);
    if (seconds < removed) return;
    this.#lost = undefined;
    for (const pod of pods) this.kill(pod);
  }

  #end(pod: Pod, exitCode: number): void {
    this.pods.delete(pod.args.name);
    this.queue.locks.delete(pod.args.session);
    const { now } = this.queue;
    this.#update(pod, (job, settings) =>
      pod.deletedAt === undefined ? podEnded(job, exitCode, now, settings) : deletedPodEnded(job, now),
    );
  }

  #update({ args }: Pod, change: (job: JobState, settings: Pod["args"]["settings"]) => JobState): void {
    const job = this.jobs.get(args.jobName);
    if (job) this.jobs.set(job.name, change(job, args.settings));
  }
}
