import type { Pod, Work } from "./pod.ts";
import type { Simulation } from "./simulation.ts";

/** A pod's action on its request in one second. */
export type Progress = Work | "crashes" | "neverEnds";

interface FairArgs {
  /** The maximum number of seconds. */
  readonly seconds: number;
  /** @default 5 */
  readonly pollingInterval?: number;
  /** Whether KEDA polls at this second if a poll is due. @default - always */
  readonly polls?: (second: number) => boolean;
  /** Minimum seconds from a pod's start to its first claim. @default 2 */
  readonly podStart?: number | ((pod: Pod) => number);
  /** How many pods the cluster has room for at this second. @default - any number */
  readonly room?: (second: number) => number;
  /** A pod's action in a second, starting with the one after its claim. @default - it succeeds */
  readonly work?: (pod: Pod) => Progress;
  /** What else happens in a second, before the poll. */
  readonly event?: (second: number) => void;
  /** Called every second, after the poll if there is one. */
  readonly afterPoll?: (second: number) => void;
  /** Whether to stop early; called every second. */
  readonly done?: (second: number) => boolean;
}

/**
 * Runs under fair scheduling: KEDA polls every `pollingInterval`, a Job's pod starts when it is due, and every second
 * every pod takes its next step.
 *
 * @returns how many seconds it took.
 */
export function runFairly(simulation: Simulation, args: FairArgs): number {
  const {
    seconds,
    pollingInterval = 5,
    podStart = 2,
    work = () => "succeeds",
    done = () => false,
    room = () => Infinity,
  } = args;
  const readyAt = new Map<string, number>();
  for (let second = 0; second < seconds; second++) {
    if (done(second)) return second;
    args.event?.(second);
    if (second % pollingInterval === 0 && (args.polls?.(second) ?? true)) simulation.poll();
    args.afterPoll?.(second);
    for (const pod of simulation.running) {
      if ((readyAt.get(pod.args.name) ?? 0) <= second) advance(simulation, pod, work(pod));
    }
    for (const job of simulation.due.slice(0, Math.max(0, room(second) - simulation.pods.size))) {
      const pod = simulation.startPod(job);
      readyAt.set(pod.args.name, second + (typeof podStart === "number" ? podStart : podStart(pod)));
    }
    simulation.wait(1);
  }
  return seconds;
}

function advance(simulation: Simulation, pod: Pod, progress: Progress): void {
  if (pod.key === undefined) simulation.step(pod, "succeeds");
  else if (progress === "crashes") simulation.kill(pod);
  else if (progress === "neverEnds") pod.keep(simulation.queue);
  else simulation.step(pod, progress);
}

/** Whether no request is left, and no Job or pod except those of stuck Jobs. */
export function isOver({ queue, unfinished, stuck, running }: Simulation): boolean {
  return queue.rows.size === 0 && unfinished.length === stuck.length && running.length === 0;
}
