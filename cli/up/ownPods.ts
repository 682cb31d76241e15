import type { KubernetesEvent, Pod } from "./kubernetesObject.ts";
import type { ObjectName, StackState } from "./stackState.ts";

/** The namespaces that may contain pods of the stack, including those that it did not create. */
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
 * Whether an event is about an object of the stack that creates pods. Only Jobs that the stack created itself count: Pulumi does not
 * wait for KEDA's Jobs.
 */
export function isOwnCreator({ involvedObject }: KubernetesEvent, { namespaces, releases, jobs }: StackState): boolean {
  const { kind = "", namespace = "", name = "" } = involvedObject ?? {};
  if (kind === "Job") return has(jobs, namespace, name);
  if (kind !== "ReplicaSet" && kind !== "StatefulSet") return false;
  // Charts prefix the names of their objects with the release's name.
  return (
    namespaces.includes(namespace) ||
    releases.some((release) => release.namespace === namespace && name.startsWith(release.name))
  );
}

function has(objects: readonly ObjectName[], namespace: string, name: string | undefined): boolean {
  return objects.some((object) => object.namespace === namespace && object.name === name);
}
