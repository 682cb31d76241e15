import type { KubernetesEvent, Pod } from "./kubernetesObject.ts";
import type { ObjectName, StackState } from "./stackState.ts";

/** The namespaces in which pods of the stack can be: also those that it did not create. */
export function podNamespaces({ namespaces, releases, jobs }: StackState): string[] {
  return [...new Set([...namespaces, ...[...releases, ...jobs].map(({ namespace }) => namespace)])];
}

/** Whether a pod belongs to the stack: in a namespace that others created, by its release or its Job. */
export function isOwnPod({ metadata }: Pod, { namespaces, releases, jobs }: StackState): boolean {
  const { namespace = "", labels = {} } = metadata;
  if (namespaces.includes(namespace)) return true;
  const release = labels["app.kubernetes.io/instance"];
  const job = labels["batch.kubernetes.io/job-name"];
  return has(releases, namespace, release) || has(jobs, namespace, job);
}

/**
 * Whether an event is about something of the stack's that creates pods. Of Jobs only those that it created itself: what KEDA
 * creates, Pulumi does not wait for.
 */
export function isOwnCreator({ involvedObject }: KubernetesEvent, { namespaces, releases, jobs }: StackState): boolean {
  const { kind = "", namespace = "", name = "" } = involvedObject ?? {};
  if (kind === "Job") return has(jobs, namespace, name);
  if (kind !== "ReplicaSet" && kind !== "StatefulSet") return false;
  // Charts begin the names of what they create with the release's.
  return (
    namespaces.includes(namespace) ||
    releases.some((release) => release.namespace === namespace && name.startsWith(release.name))
  );
}

function has(objects: readonly ObjectName[], namespace: string, name: string | undefined): boolean {
  return objects.some((object) => object.namespace === namespace && object.name === name);
}
