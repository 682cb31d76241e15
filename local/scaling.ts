/** KEDA's `scalingStrategy.strategy`. */
export type ScalingStrategy = "default" | "custom" | "accurate" | "eager";

/** One trigger of a ScaledJob, and the limits its answer is held against. */
export interface TriggerArgs {
  /** What the scaling query returned. */
  readonly queueLength: number;
  /** @default 1 */
  readonly targetQueryValue?: number;
  /** @default 0 */
  readonly activationTargetQueryValue?: number;
  /** @default 0 */
  readonly minReplicaCount?: number;
  readonly maxReplicaCount: number;
}

/** What KEDA makes of a trigger's answer. */
export interface TriggerState {
  readonly active: boolean;
  /** Jobs asked for; not divided by `targetQueryValue`. */
  readonly scaleTo: number;
  /** Jobs granted: divided by `targetQueryValue`, and limited. */
  readonly maxScale: number;
}

/** A strategy with its two knobs, which only `custom` reads. */
export interface StrategyArgs {
  readonly strategy: ScalingStrategy;
  /** @default 0 */
  readonly customScalingQueueLengthDeduction?: number;
  /** @default - If unset, then `custom` does what `default` does. */
  readonly customScalingRunningJobPercentage?: number;
}

/** What a strategy weighs; both limits and `running` are beyond `minReplicaCount`. */
export interface StrategyCounts {
  readonly maxScale: number;
  readonly running: number;
  readonly pending: number;
  readonly maxReplicaCount: number;
  readonly scaleTo: number;
}

export interface ScalingArgs extends TriggerArgs, StrategyArgs {
  /** Unfinished Jobs, those without a pod and those in back-off included. */
  readonly running: number;
  /** Unfinished Jobs that KEDA takes for not begun: no pod of theirs is Running or Succeeded. */
  readonly pending: number;
}

/**
 * How many Jobs KEDA 2.20 creates at a poll of a ScaledJob with one trigger.
 *
 * From kedacore/keda v2.20.2: `RequestJobScale` and `getScalingDecision` of pkg/scaling/executor/scale_jobs.go.
 */
export function jobsToCreate(args: ScalingArgs): number {
  const { active, ...asked } = triggerState(args);
  if (!active) return 0;
  const { min, max } = limits(args);
  if (args.running < min) return min - args.running;
  const counts = { ...asked, running: args.running - min, pending: args.pending, maxReplicaCount: max };
  const { effectiveMaxScale, scaleTo } = effectiveScale(args, counts);
  return effectiveMaxScale > 0 ? Math.min(scaleTo, effectiveMaxScale) : 0;
}

/**
 * What a trigger's answer asks for.
 *
 * From kedacore/keda v2.20.2: `getScaledJobState` of pkg/scaling/scale_handler.go, pkg/scaling/scaledjob/metrics.go,
 * `GetMetricsAndActivity` of pkg/scalers/postgresql_scaler.go and `quantityFromFloat64` of pkg/scalers/scaler.go.
 */
export function triggerState(args: TriggerArgs): TriggerState {
  const { targetQueryValue = 1, activationTargetQueryValue = 0 } = args;
  const { min, max } = limits(args);
  const length = inThousandths(args.queueLength);
  const target = inThousandths(targetQueryValue);
  // An inactive trigger's answer is dropped, but Jobs below the minimum are created all the same.
  if (length === 0 || !(args.queueLength > activationTargetQueryValue)) {
    return { active: min > 0, scaleTo: 0, maxScale: 0 };
  }
  const maxValue = target === 0 ? 0 : Math.min(length / target, max);
  return { active: true, scaleTo: Math.ceil(length), maxScale: Math.ceil(maxValue) };
}

/**
 * What a strategy allows, negative when there are too many Jobs; `eager` also asks for as many as may be.
 *
 * From kedacore/keda v2.20.2: `NewScalingStrategy` and the `GetEffectiveMaxScale` of each strategy in
 * pkg/scaling/executor/scale_jobs.go.
 */
export function effectiveScale(
  args: StrategyArgs,
  { maxScale, running, pending, maxReplicaCount, scaleTo }: StrategyCounts,
): { readonly effectiveMaxScale: number; readonly scaleTo: number } {
  const { customScalingQueueLengthDeduction: deduction = 0, customScalingRunningJobPercentage: percentage } = args;
  switch (args.strategy) {
    case "accurate": {
      const full = maxScale + running - pending > maxReplicaCount;
      return { effectiveMaxScale: full ? maxReplicaCount - running : maxScale - pending, scaleTo };
    }
    case "eager":
      return {
        effectiveMaxScale: Math.min(maxReplicaCount - running - pending, maxScale),
        scaleTo: maxReplicaCount,
      };
    case "custom":
      if (percentage !== undefined) {
        const wanted = maxScale - deduction - Math.trunc(running * percentage);
        return { effectiveMaxScale: Math.min(wanted, maxReplicaCount), scaleTo };
      }
      break;
  }
  return { effectiveMaxScale: maxScale - running, scaleTo };
}

/** `MinReplicaCount()` and `MaxReplicaCount()` of apis/keda/v1alpha1/scaledjob_types.go: the latter is what lies beyond. */
function limits({ minReplicaCount = 0, maxReplicaCount }: TriggerArgs): { readonly min: number; readonly max: number } {
  if (minReplicaCount > maxReplicaCount) return { min: maxReplicaCount, max: maxReplicaCount };
  return { min: minReplicaCount, max: maxReplicaCount - minReplicaCount };
}

/** A metric as a Kubernetes quantity of three decimals. */
function inThousandths(value: number): number {
  return Number.isFinite(value) && value > 0 ? Number(value.toFixed(3)) : 0;
}
