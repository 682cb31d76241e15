import { isObject, toFields, toObjects } from "./rule.ts";

/** The merge key of each list, as in Kubernetes' strategic merge patch. */
export const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: "name",
  initContainers: "name",
  volumes: "name",
  env: "name",
  imagePullSecrets: "name",
  volumeMounts: "mountPath",
  ports: "containerPort",
};

/** A patch without fields that are undefined: a program may pass what `config.get` returns. */
export function withoutUndefined(patch: unknown): unknown {
  if (Array.isArray(patch)) return patch.map(withoutUndefined);
  if (!isObject(patch)) return patch;
  const given = Object.entries(patch).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([field, value]) => [field, withoutUndefined(value)]));
}

type Item = Readonly<Record<string, unknown>>;

/** Merges the patch `given` into `spec`: objects by key, the lists above by merge key; `null` removes a key, any other value replaces it. */
export function mergePodSpec<Spec extends object>(spec: Spec, given: unknown): Spec {
  const patch = withoutUndefined(given);
  if (!isObject(patch)) return spec;
  const [container] = (spec as { containers?: { name: string }[] }).containers ?? [];
  const named = toObjects(patch.containers).map((more) => ({ ...more, name: container?.name }));
  return merge(spec, { ...patch, ...(named.length > 0 ? { containers: named } : {}) }, "") as Spec;
}

/** The names of the volumes that a patch changes or its containers mount, and the paths at which it mounts one in the work's container. */
export function patchedVolumes(patch: unknown): Readonly<Record<"names" | "paths", readonly unknown[]>> {
  const { containers, initContainers, volumes } = toFields(patch);
  const [mounts, others] = [containers, initContainers].map((list) =>
    toObjects(list).flatMap(({ volumeMounts }) => toObjects(volumeMounts)),
  );
  const named = [...toObjects(volumes), ...(mounts ?? []), ...(others ?? [])];
  return { names: named.map(({ name }) => name), paths: (mounts ?? []).map(({ mountPath }) => mountPath) };
}

function merge(target: unknown, patch: unknown, field: string): unknown {
  if (Array.isArray(patch)) {
    const key = MERGE_KEYS[field];
    return key === undefined ? patch : mergeList(Array.isArray(target) ? target : [], patch, key);
  }
  if (!isObject(patch)) return patch;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = merge(merged[name], value, name);
  }
  return merged;
}

function mergeList(target: readonly unknown[], patch: readonly unknown[], key: string): unknown[] {
  const merged = [...target];
  for (const item of patch) {
    // An element that is known only during the deployment keeps its place in the check before it.
    if (!isObject(item)) {
      merged.push(item);
      continue;
    }
    const at = merged.findIndex((other) => isObject(other) && other[key] === item[key] && sameProtocol(other, item));
    if (at === -1) merged.push(merge({}, item, ""));
    else merged[at] = merge(merged[at], item, "");
  }
  return merged;
}

/** A server of DNS has one port twice: for TCP, which is the default, and for UDP. */
function sameProtocol({ protocol = "TCP" }: Item, { protocol: other = "TCP" }: Item): boolean {
  return protocol === other;
}
