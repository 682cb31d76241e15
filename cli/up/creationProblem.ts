import { eventTime, type KubernetesEvent } from "./kubernetesObject.ts";
import { isOwnCreator } from "./ownPods.ts";
import type { Problem } from "./problem.ts";
import type { StackState } from "./stackState.ts";

/** A full quota may have room again later. */
const LIMIT_SECONDS = 120;

/**
 * Why pods of the stack are not created at all (a quota, a Pod Security Standard, an admission webhook, a missing service
 * account), from the last event of their ReplicaSet, StatefulSet or Job.
 *
 * @param events - those of this deployment
 */
export function creationProblems(events: readonly KubernetesEvent[], state: StackState): Problem[] {
  const last = new Map<string, KubernetesEvent>();
  for (const event of events.toSorted((a, b) => eventTime(a) - eventTime(b))) {
    const { kind, namespace, name } = event.involvedObject ?? {};
    if (isOwnCreator(event, state)) last.set(`${kind}/${namespace}/${name}`, event);
  }
  return [...last.values()].filter(({ reason }) => reason === "FailedCreate").map(creationProblem);
}

function creationProblem({ involvedObject, message = "" }: KubernetesEvent): Problem {
  const { kind = "", namespace = "", name = "" } = involvedObject ?? {};
  return {
    subject: `${kind} ${namespace}/${name}`,
    namespace,
    name,
    reason: "FailedCreate",
    message: `its pods are not created: ${message}`,
    advice: creationAdvice(message, namespace),
    limitSeconds: LIMIT_SECONDS,
  };
}

function creationAdvice(message: string, namespace: string): string {
  if (/quota/.test(message)) return `raise the quota or free some of it: kubectl describe quota -n ${namespace}`;
  if (/PodSecurity/.test(message)) {
    return `the namespace's Pod Security Standard must allow it: kubectl get namespace ${namespace} --show-labels`;
  }
  return `the policy or object named in the message must allow pods in the namespace ${namespace}`;
}
