import type { Pod, Work } from "./pod.ts";
import type { World } from "./world.ts";

export interface ProgressArgs {
  /** The most that may pass. */
  readonly seconds: number;
  /** @default 5 */
  readonly pollingInterval?: number;
  /** Seconds from a pod's start to its first claim, at least. @default 2 */
  readonly podStart?: number;
  /** How the work of a pod ends, 1 s after it has begun. @default - it succeeds */
  readonly work?: (pod: Pod) => Work | "crashes" | "goesOn";
  /** When to stop early, asked every second. */
  readonly done?: () => boolean;
}

/**
 * Lets only fair progress happen: KEDA looks every `pollingInterval`, a Job's pod starts when it is due, and every second
 * every pod takes its next step.
 *
 * @returns how many seconds it took.
 */
export function progress(world: World, args: ProgressArgs): number {
  const { seconds, pollingInterval = 5, podStart = 2, work = () => "succeeds", done = () => false } = args;
  const readyAt = new Map<string, number>();
  for (let passed = 0; passed < seconds; passed++) {
    if (done()) return passed;
    if (passed % pollingInterval === 0) world.poll();
    for (const pod of world.running) {
      if ((readyAt.get(pod.args.name) ?? 0) <= passed) advance(world, pod, work(pod));
    }
    for (const job of world.due) readyAt.set(world.startPod(job).args.name, passed + podStart);
    world.wait(1);
  }
  return seconds;
}

function advance(world: World, pod: Pod, work: Work | "crashes" | "goesOn"): void {
  if (pod.key === undefined) world.step(pod, "succeeds");
  else if (work === "crashes") world.kill(pod);
  else if (work === "goesOn") pod.keep(world.queue);
  else world.step(pod, work);
}

/** Whether nothing is left to do, and nobody to do it. */
export function isOver({ queue, unfinished, pods }: World): boolean {
  return queue.rows.size === 0 && unfinished.length === 0 && pods.size === 0;
}
