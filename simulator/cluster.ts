import { EXIT_KILLED } from "../worker/src/outcome.ts";
import {
  type BackoffSettings,
  createJob,
  isUnfinished,
  type JobState,
  newJobName,
  newPodName,
  podEnded,
  podStarted,
} from "./jobController.ts";
import { createUnstartedPod, type Pod, startPod } from "./pod.ts";

/** What the simulated cluster runs, and how its Jobs are restarted. */
export interface ClusterArgs {
  readonly backoff: BackoffSettings;
  /** The environment of every pod; JOB_NAME and POD_NAME are added. */
  readonly env: NodeJS.ProcessEnv;
  /**
   * Additional environment of a new pod.
   *
   * @default - none
   */
  readonly podEnv?: (podName: string) => NodeJS.ProcessEnv;
  /**
   * Ends the processes that a pod's process has left behind. Only then has the pod ended, as a container ends with all of its processes.
   * Must not throw.
   *
   * @default - it leaves none
   */
  readonly afterPod?: (podName: string) => Promise<void>;
  /** From SIGTERM to SIGKILL. */
  readonly graceSeconds: number;
  /**
   * A command that runs a new pod's process elsewhere: `ip netns exec NAME`.
   *
   * @default - none
   */
  readonly execPrefix?: () => readonly string[];
  /** Called when a pod could not work at all (a wrong setting, a bug), with the end of its output. */
  readonly onUnexpectedExit: (podName: string, exitCode: number, outputTail: string) => void;
}

/** Exit codes from this one on are not a request's outcome: see worker/src/outcome.ts. */
const FIRST_UNEXPECTED_EXIT = 64;

/** Simulates a Kubernetes cluster's Jobs, with a process instead of each pod. */
export class Cluster {
  readonly #args: ClusterArgs;
  readonly #jobs = new Map<string, JobState>();
  readonly #pods = new Map<string, Pod>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #peak = 0;
  #stopping = false;

  constructor(args: ClusterArgs) {
    this.#args = args;
  }

  /** Every Job so far, oldest first. */
  get jobs(): readonly JobState[] {
    return [...this.#jobs.values()];
  }

  /** Jobs that are neither Complete nor Failed: what KEDA counts as running. */
  get unfinishedJobs(): readonly JobState[] {
    return this.jobs.filter(isUnfinished);
  }

  /** The running pods. */
  get pods(): readonly Pod[] {
    return [...this.#pods.values()];
  }

  /** The maximum number of unfinished Jobs at any one time. */
  get peak(): number {
    return this.#peak;
  }

  /** Creates a Job and its first pod; does nothing once the cluster is being stopped. */
  createJob(): void {
    if (this.#stopping) return;
    let name = newJobName();
    while (this.#jobs.has(name)) name = newJobName();
    this.#jobs.set(name, createJob(name, performance.now()));
    this.#peak = Math.max(this.#peak, this.unfinishedJobs.length);
    this.#startPod(name);
  }

  /** Kills a random pod, as a node that runs out of memory does, and returns it; undefined if there is none, or if it has just ended. */
  killRandomPod(): Pod | undefined {
    const pod = this.pods[Math.floor(Math.random() * this.#pods.size)];
    return pod?.kill("SIGKILL") ? pod : undefined;
  }

  /** Asks every pod to stop, starts no new ones, kills those that exceed the grace period, and resolves when none is left. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const pods = this.pods;
    for (const pod of pods) pod.kill("SIGTERM");
    const killTimer = setTimeout(() => this.kill(), 1_000 * this.#args.graceSeconds);
    await Promise.all(pods.map((pod) => pod.ended));
    clearTimeout(killTimer);
  }

  /** Kills every pod at once. */
  kill(): void {
    for (const pod of this.#pods.values()) pod.kill("SIGKILL");
  }

  #startPod(jobName: string): void {
    const name = newPodName(jobName);
    const worker = this.#createPod(name, jobName);
    const ended = worker.ended.then(async (exitCode) => {
      await this.#args.afterPod?.(name);
      return exitCode;
    });
    const pod: Pod = { ...worker, ended };
    this.#pods.set(pod.name, pod);
    this.#update(jobName, (job) => podStarted(job, pod.name));
    void pod.ended.then((exitCode) => this.#endPod(jobName, pod, exitCode));
  }

  #createPod(name: string, jobName: string): Pod {
    const { env, podEnv, execPrefix } = this.#args;
    try {
      return startPod(name, { ...env, ...podEnv?.(name), JOB_NAME: jobName }, execPrefix?.());
    } catch (error) {
      return createUnstartedPod(name, error as Error);
    }
  }

  #endPod(jobName: string, pod: Pod, exitCode: number): void {
    this.#pods.delete(pod.name);
    if (exitCode >= FIRST_UNEXPECTED_EXIT && exitCode !== EXIT_KILLED) {
      this.#args.onUnexpectedExit(pod.name, exitCode, pod.outputTail());
    }
    const job = this.#update(jobName, (before) => podEnded(before, exitCode, performance.now(), this.#args.backoff));
    if (this.#stopping || !isUnfinished(job)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#startPod(jobName);
    }, job.nextPodAt - performance.now());
    this.#timers.add(timer);
  }

  #update(jobName: string, change: (job: JobState) => JobState): JobState {
    const job = this.#jobs.get(jobName);
    if (job === undefined) throw new Error(`a pod's Job must be one of this cluster; got ${jobName}`);
    const changed = change(job);
    this.#jobs.set(jobName, changed);
    return changed;
  }
}
