import { type ContainerStatus, eventTime, type KubernetesEvent, type Pod } from "./kubernetesObject.ts";
import { containerAdvice, schedulingAdvice } from "./podAdvice.ts";
import type { Problem } from "./problem.ts";

/** Waiting states of a container that starts normally. */
const STARTING: readonly (string | undefined)[] = [undefined, "ContainerCreating", "PodInitializing"];

/** A container's error state persists: Kubernetes only retries, with growing pauses. */
const LIMIT_SECONDS = 90;
/** Without the event of a known autoscaler a new node is unlikely, but a volume may still be provisioned. */
const UNSCHEDULABLE_LIMIT_SECONDS = 120;

/** A mounted object may be created a little later. A volume attached to a lost node is released after 6 minutes, so that has no limit. */
const START_LIMIT_SECONDS = 300;

/** Events of an autoscaler that creates a node for a pod: the cluster autoscaler's and Karpenter's. */
const NODE_COMING: readonly (string | undefined)[] = ["TriggeredScaleUp", "Nominated"];

/** A container may restart once while it waits for another, as KEDA's operator does at its first start. */
const RESTARTS = 2;

/**
 * Why a pod does not become ready; undefined if it is ready, ending, or starting normally.
 *
 * @param podStartSeconds - the stack's setting: an autoscaler whose events are not known may add a node for that long
 */
export function podProblem(
  pod: Pod,
  events: readonly KubernetesEvent[] = [],
  podStartSeconds = 0,
): Problem | undefined {
  const { metadata, status } = pod;
  if (metadata.deletionTimestamp !== undefined) return undefined;
  // A failed pod is replaced by its owner: only the next one counts.
  if (status?.phase === "Succeeded" || status?.phase === "Failed") return undefined;
  const namespace = metadata.namespace ?? "";
  const about = { subject: `pod ${namespace}/${metadata.name}`, namespace, name: metadata.name };
  const found =
    schedulingProblem(pod, events, podStartSeconds) ??
    containerProblem(status?.initContainerStatuses ?? []) ??
    containerProblem(status?.containerStatuses ?? []) ??
    eventProblem(pod, events);
  return found === undefined ? undefined : { ...about, ...found };
}

type Found = Omit<Problem, "subject" | "namespace" | "name">;

function schedulingProblem(
  { metadata, status }: Pod,
  events: readonly KubernetesEvent[],
  podStartSeconds: number,
): Found | undefined {
  const condition = status?.conditions?.find(({ type, status }) => type === "PodScheduled" && status === "False");
  if (condition === undefined) return undefined;
  const nodeComes = events.some(({ reason }) => NODE_COMING.includes(reason));
  const message = condition.message ?? "";
  return {
    reason: condition.reason ?? "Unschedulable",
    message: `it fits on no node: ${message}`,
    advice: schedulingAdvice(message, metadata.namespace ?? ""),
    limitSeconds: nodeComes ? Number.POSITIVE_INFINITY : Math.max(UNSCHEDULABLE_LIMIT_SECONDS, podStartSeconds),
  };
}

function containerProblem(containers: readonly ContainerStatus[]): Found | undefined {
  for (const container of containers) {
    const problem = waitingProblem(container) ?? restartProblem(container);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function waitingProblem(container: ContainerStatus): Found | undefined {
  const { name, state } = container;
  const { reason = "", message } = state?.waiting ?? {};
  if (state?.waiting === undefined || STARTING.includes(state.waiting.reason)) return undefined;
  if (reason === "CrashLoopBackOff") return crashProblem(container);
  return {
    reason,
    message: `its container ${name} does not start${message ? `: ${message}` : ""}`,
    advice: containerAdvice(reason, container),
    ...(hasStarted(container) ? { log: { container: name, previous: true } } : {}),
    limitSeconds: LIMIT_SECONDS,
  };
}

/** Between two restarts a container runs for a moment, or has just ended. */
function restartProblem(container: ContainerStatus): Found | undefined {
  const { ready, restartCount = 0, state, lastState } = container;
  if (ready || restartCount < RESTARTS || lastState?.terminated === undefined) return undefined;
  // An init container that has succeeded.
  return state?.terminated?.exitCode === 0 ? undefined : crashProblem(container);
}

function crashProblem(container: ContainerStatus): Found {
  const { name } = container;
  return {
    reason: "CrashLoopBackOff",
    message: `its container ${name} ${restarts(container)}`,
    advice: containerAdvice("CrashLoopBackOff", container),
    log: { container: name, previous: true },
    limitSeconds: LIMIT_SECONDS,
  };
}

function restarts({ restartCount = 0, state, lastState }: ContainerStatus): string {
  const { exitCode, reason } = state?.terminated ?? lastState?.terminated ?? {};
  const how = [exitCode === undefined ? "" : `exit code ${exitCode}`, reason === "Error" ? "" : (reason ?? "")];
  const last = how.filter(Boolean).join(", ");
  return `ends again and again: ${restartCount} restart${restartCount === 1 ? "" : "s"}${last && `, last with ${last}`}`;
}

function hasStarted({ restartCount = 0, lastState, state }: ContainerStatus): boolean {
  return restartCount > 0 || (lastState?.terminated ?? state?.terminated) !== undefined;
}

/** Only events explain why a scheduled pod does not start, or runs but is not ready. */
function eventProblem({ status, spec }: Pod, events: readonly KubernetesEvent[]): Found | undefined {
  const last = events
    .filter(({ reason }) => reason !== "FailedScheduling")
    .toSorted((a, b) => eventTime(a) - eventTime(b))
    .at(-1);
  if (spec?.nodeName === undefined || last?.type !== "Warning") return undefined;
  const reason = last.reason ?? "Warning";
  if (status?.phase === "Pending") {
    return {
      reason,
      message: `the node ${spec.nodeName} cannot start it yet: ${last.message ?? ""}`,
      advice: "the object named in the event must exist; the node keeps trying",
      limitSeconds: reason === "FailedAttachVolume" ? Number.POSITIVE_INFINITY : START_LIMIT_SECONDS,
    };
  }
  const waiting = status?.containerStatuses?.find(({ ready }) => ready === false);
  if (waiting === undefined) return undefined;
  return {
    reason,
    message: `its container ${waiting.name} runs, but is not ready: ${last.message ?? ""}`,
    advice: "its log shows what it is waiting for",
    log: { container: waiting.name, previous: false },
    limitSeconds: Number.POSITIVE_INFINITY,
  };
}
