/** KEDA's `scalingStrategy.strategy`, except `custom`. */
export type ScalingStrategy = "default" | "accurate" | "eager";

/** KEDA's inputs at a poll, and its limits. */
export interface ScalingArgs {
  /** What the scaling query returned: a whole number, not negative. */
  readonly queueLength: number;
  readonly maxReplicaCount: number;
  /** Unfinished Jobs, including those without a pod and those in back-off. */
  readonly running: number;
  /** Unfinished Jobs that KEDA regards as not started: none of their pods is Running or Succeeded. */
  readonly pending: number;
  readonly strategy: ScalingStrategy;
}

/**
 * How many Jobs KEDA 2.20 creates at a poll of a ScaledJob with one trigger, whose `targetQueryValue` is 1, and without
 * `minReplicaCount`. Then KEDA's other limit, `scaleTo`, has no effect: it is at least the query's result, which no strategy exceeds. A
 * result of zero creates nothing.
 *
 * From kedacore/keda v2.20.2: `RequestJobScale`, `getScalingDecision` and the `GetEffectiveMaxScale` of each strategy in
 * pkg/scaling/executor/scale_jobs.go.
 */
export function jobsToCreate(args: ScalingArgs): number {
  return Math.max(0, effectiveMaxScale(args));
}

/** Negative when there are too many Jobs. */
function effectiveMaxScale({ queueLength, maxReplicaCount, running, pending, strategy }: ScalingArgs): number {
  const maxScale = Math.min(queueLength, maxReplicaCount);
  switch (strategy) {
    case "default":
      return maxScale - running;
    case "accurate":
      return maxScale + running - pending > maxReplicaCount ? maxReplicaCount - running : maxScale - pending;
    case "eager":
      return Math.min(maxReplicaCount - running - pending, maxScale);
  }
}
