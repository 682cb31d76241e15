import { isDeepStrictEqual } from "node:util";
import type { Cluster, KubernetesObject } from "../cluster.ts";

/** Every object of a cluster, by its kind, namespace and name, without fields that change on their own. */
export type Inventory = ReadonlyMap<string, unknown>;

/** Kinds whose objects appear, disappear and change on an idle cluster. */
const VOLATILE_KINDS = [
  "events",
  "events.events.k8s.io",
  "leases.coordination.k8s.io",
  "certificatesigningrequests.certificates.k8s.io",
  // Derived from Services and the current readiness of pods.
  "endpoints",
  "endpointslices.discovery.k8s.io",
];

/** Reads every object of a cluster. */
export async function takeInventory(cluster: Cluster): Promise<Inventory> {
  const kinds = (await cluster.kubectl(["api-resources", "--verbs=list", "-o", "name"])).trim().split("\n");
  const kept = kinds.filter((kind) => !VOLATILE_KINDS.includes(kind) && !/\.metrics\.k8s\.io$/.test(kind));
  return toInventory(await cluster.list(kept.join(), "-A"));
}

/** The objects by kind, namespace and name (`Deployment keda/keda-operator`), without their status. */
export function toInventory(objects: readonly KubernetesObject[]): Inventory {
  return new Map(objects.map((object) => [toLabel(object), toSpec(object)]));
}

/** The differences, one line per object. */
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

/** `generation` stays: it counts changes of the spec, including those that were reverted. */
function toSpec({ status, metadata, ...rest }: KubernetesObject): unknown {
  const { resourceVersion, managedFields, ...kept } = metadata as KubernetesObject["metadata"] &
    Record<string, unknown>;
  return { ...rest, metadata: kept };
}
