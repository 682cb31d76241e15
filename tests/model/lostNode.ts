import { DEFAULTS } from "../../worker/src/settings.ts";
import { progress } from "./progress.ts";
import type { Rules } from "./rules.ts";
import type { Delays, ModelSettings } from "./settings.ts";
import { World } from "./world.ts";

export interface LossArgs {
  readonly pollingInterval: number;
  readonly maxReplicaCount: number;
  readonly rules?: Rules;
  readonly delays?: Partial<Delays>;
}

/** From a pod's start to its first claim: 8 s to start, on a cluster that has the image, and 3 s to come to it. */
const POD_START = 11;

const SETTINGS: Omit<ModelSettings, "maxReplicaCount"> = {
  requestsPerJob: DEFAULTS.requestsPerJob,
  backoffLimit: DEFAULTS.backoffLimit,
  crashLimit: DEFAULTS.backoffLimit,
  interruptionLimit: DEFAULTS.interruptionLimit,
};

/** A world whose only request's node was lost `late` seconds before the next look. */
export function loseNode({ maxReplicaCount, rules, delays }: LossArgs, late: number): World {
  const world = new World({ ...SETTINGS, maxReplicaCount }, { ...(rules && { rules }), ...(delays && { delays }) });
  world.queue.insert(1);
  progress(world, { seconds: POD_START, work: () => "goesOn" });
  for (const pod of world.running) world.loseNode(pod.args.node);
  world.wait(late);
  return world;
}

/** Seconds from the loss of a node to its request running elsewhere: the least and the most, over every moment between two looks. */
export function secondsToRunElsewhere(args: LossArgs): readonly [least: number, most: number] {
  const { pollingInterval } = args;
  const all = Array.from({ length: pollingInterval }, (_, late) => {
    const world = loseNode(args, late);
    const done = () => world.running.some(({ key }) => key !== undefined);
    return late + progress(world, { seconds: 3_600, pollingInterval, podStart: POD_START, work: () => "goesOn", done });
  });
  return [Math.min(...all), Math.max(...all)];
}
