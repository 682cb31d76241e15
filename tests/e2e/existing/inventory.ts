import { isDeepStrictEqual } from "node:util";
import type { Cluster, KubernetesObject } from "../cluster.ts";

/** Every object of a cluster, by its kind, namespace and name, without what changes although no one changes the object. */
export type Inventory = ReadonlyMap<string, unknown>;

/** Kinds whose objects come, go and change on a cluster that is left alone. */
const RESTLESS = [
  "events",
  "events.events.k8s.io",
  "leases.coordination.k8s.io",
  "certificatesigningrequests.certificates.k8s.io",
  // Derived from Services and from how ready pods are at the moment.
  "endpoints",
  "endpointslices.discovery.k8s.io",
];

/** All that is on a cluster. */
export async function takeInventory(cluster: Cluster): Promise<Inventory> {
  const kinds = (await cluster.kubectl(["api-resources", "--verbs=list", "-o", "name"])).trim().split("\n");
  const kept = kinds.filter((kind) => !RESTLESS.includes(kind) && !/\.metrics\.k8s\.io$/.test(kind));
  return toInventory(await cluster.list(kept.join(), "-A"));
}

/** The objects by their labels (`Deployment keda/keda-operator`), each without its status. */
export function toInventory(objects: readonly KubernetesObject[]): Inventory {
  return new Map(objects.map((object) => [toLabel(object), toSpec(object)]));
}

/** What differs, a line for each object. */
export function differences(before: Inventory, after: Inventory): string[] {
  const missing = [...before.keys()].filter((label) => !after.has(label)).map((label) => `${label} is missing`);
  const others = [...after].flatMap(([label, spec]) => {
    if (!before.has(label)) return [`${label} is new`];
    return isDeepStrictEqual(before.get(label), spec) ? [] : [`${label} has changed`];
  });
  return [...missing, ...others];
}

function toLabel({ kind, metadata: { namespace, name } }: KubernetesObject): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** `generation` stays: it counts the changes of the spec, also those that were taken back. */
function toSpec({ status, metadata, ...rest }: KubernetesObject): unknown {
  const { resourceVersion, managedFields, ...kept } = metadata as KubernetesObject["metadata"] &
    Record<string, unknown>;
  return { ...rest, metadata: kept };
}
