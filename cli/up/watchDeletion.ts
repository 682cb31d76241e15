import { FinalizerWatch } from "./finalizerWatch.ts";
import type { Kubectl } from "./kubectl.ts";
import type { Pod } from "./kubernetesObject.ts";
import { pollUntilEnded } from "./pollUntilEnded.ts";
import type { StackState } from "./stackState.ts";
import { type Namespace, stuckNamespace, stuckPod } from "./stuckDeletion.ts";

const POLL_SECONDS = 3;

/** What to watch during `pulumi destroy`. */
export interface WatchDeletionArgs {
  readonly kubectl: Kubectl;
  /** What the stack owned before anything was deleted. */
  readonly state: StackState;
  /** Ends the watch. */
  readonly ended: AbortSignal;
  print(lines: readonly string[]): void;
  /** Factor for all times, less than 1 in tests. @default 1 */
  readonly timeScale?: number;
}

/** While `pulumi destroy` runs, removes KEDA's finalizers if its operator is not running, and prints what cannot be deleted and why. */
export async function watchDeletion(args: WatchDeletionArgs): Promise<undefined> {
  const { kubectl, state, ended, print, timeScale = 1 } = args;
  const finalizers = new FinalizerWatch(kubectl, state);
  const printed = new Set<string>();
  return await pollUntilEnded(POLL_SECONDS * timeScale, ended, async () => {
    const lines = await finalizers.poll();
    if (lines.length > 0) print(lines);
    for (const { subject, lines } of await stuckDeletions(kubectl, state)) {
      if (!printed.has(subject)) print(lines);
      printed.add(subject);
    }
    return undefined;
  });
}

async function stuckDeletions(kubectl: Kubectl, { namespaces }: StackState) {
  const stuck = namespaces.map(async (name) => {
    const [existing] = (await kubectl.list<Namespace>("namespaces", `--field-selector=metadata.name=${name}`)) ?? [];
    if (existing === undefined) return [];
    const pods = (await kubectl.list<Pod>("pods", "-n", name)) ?? [];
    const nowMs = Date.now();
    return [stuckNamespace(existing, nowMs), ...pods.map((pod) => stuckPod(pod, nowMs, kubectl.context))];
  });
  return (await Promise.all(stuck)).flat().filter((found) => found !== undefined);
}
