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
import { MAX_JOBS } from "./countJobs.ts";
import { Pod, type Work } from "./pod.ts";
import { Queue } from "./queue.ts";
import { DESIGN, type Rules } from "./rules.ts";
import { DELAYS, type Delays, type Loss, type ModelSettings, type SimulationArgs } from "./settings.ts";

/** The nodes, of which one at a time may be unreachable. */
const NODES = 2;

/** A queue, KEDA, the Job controller, and pods on nodes. Times are in seconds here. */
export class Simulation {
  readonly queue: Queue;
  /** The existing Jobs, including finished ones. */
  readonly jobs = new Map<string, JobState>();
  readonly pods = new Map<string, Pod>();
  /** Jobs that have claimed a request. */
  readonly busy = new Set<string>();
  /**
   * Whether a Job's request has ended while the Job continues: it ended early, by a final error or its own limits, or was
   * released by a pod that was deleted, which the Job counts as failed.
   */
  jobOutlivedRequest = false;
  /** Jobs ever created. */
  created = 0;
  /** Pods that exited 0 without having claimed a request. */
  idlePods = 0;
  settings: ModelSettings;
  readonly #rules: Rules;
  readonly delays: Delays;
  readonly #placePod: (pod: number) => number;
  readonly #settingsByJob = new Map<string, ModelSettings>();
  #sessions = 0;
  #unreachable: { readonly node: number; readonly at: number; readonly loss: Loss } | undefined;

  constructor(settings: ModelSettings, { rules = DESIGN, delays, placePod = (pod) => pod }: SimulationArgs = {}) {
    this.settings = settings;
    this.#rules = rules;
    this.#placePod = placePod;
    this.queue = new Queue(rules);
    this.delays = { ...DELAYS, ...delays };
  }

  /** Neither Complete nor Failed. */
  get unfinished(): readonly JobState[] {
    return [...this.jobs.values()].filter(isUnfinished);
  }

  /** Unfinished Jobs that the guarantees exclude: a pod stays Terminating on an unreachable node, or its process is suspended. */
  get stuck(): readonly JobState[] {
    const stopped = new Set([...this.pods.values()].filter((pod) => pod.stopped).map(({ args }) => args.jobName));
    return this.unfinished.filter(({ name, target }) => target !== undefined || stopped.has(name));
  }

  /** Whether a request is held by a frozen pod whose Job starts no other. */
  get abandoned(): boolean {
    return [...this.pods.values()].some((pod) => {
      const job = this.jobs.get(pod.args.jobName);
      const last = job === undefined || job.target === "Failed";
      return last && this.#isUnreachable(pod) && this.queue.locks.has(pod.args.session);
    });
  }

  /** Pods that make progress. */
  get running(): readonly Pod[] {
    return [...this.pods.values()].filter((pod) => !pod.stopped && !this.#isUnreachable(pod));
  }

  /** Whether no Job is between its request's end and its own. */
  get steady(): boolean {
    const claimedBy = new Set([...this.queue.rows.values()].map(({ job }) => job));
    return this.unfinished.every(({ name }) => !this.busy.has(name) || claimedBy.has(name));
  }

  get #unreachablePods(): readonly Pod[] {
    return [...this.pods.values()].filter((pod) => this.#isUnreachable(pod));
  }

  #isUnreachable(pod: Pod): boolean {
    return pod.args.node === this.#unreachable?.node;
  }

  /** A poll of KEDA, whose own limit leaves room for Jobs that do no work. */
  poll(): void {
    const queueLength = this.queue.demand(this.settings);
    const maxReplicaCount = MAX_JOBS * this.settings.maxReplicaCount;
    const running = this.unfinished.length;
    const count = jobsToCreate({ queueLength, maxReplicaCount, running, pending: 0, strategy: "default" });
    for (let each = 0; each < count; each++) this.#settingsByJob.set(this.#createJob().name, this.settings);
  }

  /** A Job whose work is done and whose pod stays Terminating on a node that no one removes. */
  createStuckJob(): void {
    const job = this.#createJob();
    this.jobs.set(job.name, { ...job, target: "Complete", terminatingPods: 1 });
    this.queue.jobs.set(job.name, { failures: 1, finished: 0 });
  }

  /** Lets seconds pass, and with them the deadlines of an unreachable node and of grace periods. */
  wait(seconds: number): void {
    this.queue.now += 1_000 * seconds;
    this.#applyNodeLoss();
    for (const pod of this.pods.values()) {
      const { deletedAt, stopped } = pod;
      const over = deletedAt !== undefined && this.#since(deletedAt) >= this.delays.grace;
      if (!over || this.#isUnreachable(pod)) continue;
      if (stopped || !pod.arrived) this.kill(pod);
      else {
        // The worker then abandons work that has not stopped, and exits.
        while (pod.exitCode === undefined) this.step(pod, "throws");
        this.step(pod, "throws");
      }
    }
  }

  /** Jobs whose pod is due now. */
  get due(): readonly JobState[] {
    return this.unfinished.filter((job) => isPodDue(job, this.queue.now));
  }

  /** Starts a Job's pod, even on an unreachable node as long as that has no taint. */
  startPod(job: JobState): Pod {
    const name = `${job.name}-${job.pods}`;
    this.jobs.set(job.name, podStarted(job, name));
    const session = ++this.#sessions;
    const lost = this.#unreachable;
    const tainted = lost !== undefined && this.#since(lost.at) >= this.delays.unreachable;
    const node = tainted ? (lost.node + 1) % NODES : this.#placePod(session) % NODES;
    const settings = { ...(this.#settingsByJob.get(job.name) ?? this.settings), ...this.delays };
    const pod = new Pod({ name, jobName: job.name, node, session, settings, rules: this.#rules });
    this.pods.set(name, pod);
    return pod;
  }

  /** A pod's next statement, or its exit. */
  step(pod: Pod, work: Work): void {
    if (pod.exitCode === undefined) pod.step(this.queue, work);
    else this.#end(pod, pod.exitCode);
    if (pod.key) this.busy.add(pod.args.jobName);
    this.jobOutlivedRequest ||= this.#hasOutlived(pod);
  }

  /** SIGKILL, out of memory: the process ends, its connection with it. */
  kill(pod: Pod): void {
    this.#end(pod, EXIT_KILLED);
  }

  /** A drain or an eviction: SIGTERM, and the Job counts the pod as failed at once. */
  deletePod(pod: Pod): void {
    if (pod.deletedAt !== undefined) return;
    this.#terminate(pod);
    this.#update(pod, (job, settings) => podDeleted(job, this.queue.now, settings));
    this.jobOutlivedRequest ||= this.#hasOutlived(pod);
  }

  /** `kubectl delete job`: its pods get SIGTERM. */
  deleteJob(job: JobState): void {
    this.jobs.delete(job.name);
    for (const pod of this.pods.values())
      if (pod.args.jobName === job.name && pod.deletedAt === undefined) this.#terminate(pod);
  }

  /** A node no longer reports: its pods may continue, but cannot reach anything; on a frozen node nothing continues. */
  loseNode(node: number, loss: Loss = "lost"): void {
    this.#unreachable ??= { node: node % NODES, at: this.queue.now, loss };
  }

  /** The node returns with its pods, which are zombies if others have taken over. */
  recoverNode(): void {
    const pods = this.#unreachablePods;
    this.#unreachable = undefined;
    for (const pod of pods) if (!pod.arrived && pod.deletedAt !== undefined) this.kill(pod);
  }

  /** The unreachable node is removed from the cluster, and its pods with it. */
  removeNode(): void {
    const pods = this.#unreachablePods;
    this.#unreachable = undefined;
    for (const pod of pods) this.kill(pod);
  }

  /** SIGCONT for every suspended worker. */
  resumeWorkers(): void {
    for (const pod of this.pods.values()) pod.stopped = false;
  }

  #createJob(): JobState {
    const job = createJob(`job-${this.created++}`, this.queue.now);
    this.jobs.set(job.name, job);
    return job;
  }

  #terminate(pod: Pod): void {
    pod.deletedAt = this.queue.now;
    if (!pod.stopped && !this.#isUnreachable(pod)) pod.announceStop(this.queue, this.delays.grace);
  }

  #hasOutlived({ args, exitCode, deletedAt }: Pod): boolean {
    const job = this.jobs.get(args.jobName);
    if (exitCode === undefined || !job || job.target !== undefined) return false;
    const continues = deletedAt !== undefined || (exitCode !== 0 && job.failedPods < args.settings.backoffLimit);
    const { history } = this.queue;
    return continues && history.some(({ session, status }) => session === args.session && status !== "FAILED");
  }

  #since(at: number): number {
    return (this.queue.now - at) / 1_000;
  }

  #applyNodeLoss(): void {
    if (!this.#unreachable) return;
    const { sessionTimeout, unreachable, toleration, removed } = this.delays;
    const seconds = this.#since(this.#unreachable.at);
    const pods = this.#unreachablePods;
    const silent = seconds >= sessionTimeout && this.#unreachable.loss === "lost";
    for (const pod of silent ? pods : []) this.queue.locks.delete(pod.args.session);
    for (const pod of seconds >= unreachable + toleration ? pods : []) this.deletePod(pod);
    if (seconds >= removed) this.removeNode();
  }

  #end(pod: Pod, exitCode: number): void {
    if (pod.arrived && pod.idle && exitCode === 0) this.idlePods++;
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
