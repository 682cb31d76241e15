import { patchValuesRule } from "./patchValues.ts";
import { podPatchFieldsRule } from "./podFields.ts";
import {
  isReservedPath,
  isReservedVariable,
  MIGRATION_CONTAINER,
  RESERVED_VOLUMES,
  RUNNER_CONTAINER,
} from "./reservedNames.ts";
import { and, isLater, isObject, known, type Rule, toFields, typeName } from "./rule.ts";

/** Fields that a patch must not change, with the worker's reason. */
const POD_FIELDS: Readonly<Record<string, string>> = {
  restartPolicy: "the row decides whether to retry, always in a new pod",
  shareProcessNamespace: "without it a starting worker does not receive SIGTERM",
  hostPID: "it is incompatible with shareProcessNamespace",
  terminationGracePeriodSeconds: "graceSeconds sets it, and the worker's grace period as well",
  activeDeadlineSeconds: "use timeoutSeconds, which records the attempt",
  tolerations: "use pod.tolerations, which keeps the worker's own for lost nodes",
  ephemeralContainers: "only a running pod can have them",
  schedulingGates: "nothing would remove them, and no pod would start",
  spec: "name the fields of the spec without it",
  metadata: "use pod.labels and pod.annotations",
  nodeName: "the scheduler must be able to replace the pods of a lost node",
};

const CONTAINER_FIELDS: Readonly<Record<string, string>> = {
  name: "a pod has one work container; add sidecars as init containers with restartPolicy Always",
  image: "it is an argument of the batch",
  imagePullPolicy: "it is an argument of the batch",
  command: "it is an argument of the batch",
  args: "it is an argument of the batch",
  lifecycle: "a hook would use up the grace period that the worker relies on",
  restartPolicy: "the row decides whether to retry, always in a new pod",
  livenessProbe: "livenessPort sets it",
  startupProbe: "livenessPort sets it",
};

/** The merge key of each list, as in Kubernetes' strategic merge patch. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: "name",
  initContainers: "name",
  volumes: "name",
  env: "name",
  imagePullSecrets: "name",
  volumeMounts: "mountPath",
  ports: "containerPort",
};

/** Validation rules for `podSpecPatch`: it may change any field that the worker does not rely on. */
export function podSpecPatchRule(command: boolean): Rule {
  return and(and(reliedOnRule(command), podPatchFieldsRule), patchValuesRule);
}

function reliedOnRule(command: boolean): Rule {
  return known((path, value, problems) => {
    const refuse = (what: string, why: string, got: unknown, shown = show(got)) =>
      problems.push(`${path} must not change ${what} (${why}); got ${shown}`);
    if (!isObject(value)) {
      problems.push(
        `${path} must be an object (part of a pod spec); got ${Array.isArray(value) ? "a list" : "something else"}`,
      );
      return;
    }
    for (const [field, why] of Object.entries(POD_FIELDS)) if (field in value) refuse(field, why, value[field]);
    for (const directive of directives(value)) refuse(directive, "merge directives are not supported", directive);
    for (const key of Object.keys(MERGE_KEYS)) {
      if (key in value && !isListOfObjects(value[key]))
        refuse(key, "elements are merged by name", value[key], typeName(value[key]));
    }
    for (const [field, key] of [
      ["nodeSelector", "kubernetes.io/os"],
      ["os", "name"],
    ] as const) {
      const system = toFields(value[field])[key];
      if (isText(system) && system !== "linux")
        refuse(`${field}.${key}`, "the worker and the runner are programs for Linux", system);
    }
    const { containers = [], initContainers = [], volumes = [] } = value as Record<string, unknown>;
    for (const { name } of objects(volumes))
      if (isText(name) && RESERVED_VOLUMES.includes(name))
        refuse(`the volume ${name}`, "it is reserved for the worker", name);
    for (const { name } of objects(initContainers)) {
      if (typeof name !== "string") refuse("an init container without a name", "elements are merged by name", name);
      if (name === RUNNER_CONTAINER || name === MIGRATION_CONTAINER)
        refuse(`the init container ${name}`, "it is reserved for the worker", name);
    }
    for (const [list, key] of unnamed(value))
      refuse(`an element of ${list} without a ${key}`, `elements are merged by ${key}`, undefined);
    if (objects(containers).length > 1)
      refuse("the number of containers", CONTAINER_FIELDS.name ?? "", objects(containers).length);
    for (const container of objects(containers).slice(0, 1)) {
      for (const [field, why] of Object.entries(CONTAINER_FIELDS))
        if (field in container) refuse(`containers[0].${field}`, why, container[field]);
      if (!command && "workingDir" in container)
        refuse("containers[0].workingDir", "the worker must start in its own folder", container.workingDir);
      for (const key of ["env", "volumeMounts"]) {
        if (key in container && !isListOfObjects(container[key]))
          refuse(`containers[0].${key}`, "elements are merged by name", container[key], typeName(container[key]));
      }
      for (const { name } of objects(container.env))
        if (isText(name) && isReservedVariable(name))
          refuse(`the variable ${name}`, "it is reserved for the worker", name);
      for (const { mountPath } of objects(container.volumeMounts))
        if (isText(mountPath) && isReservedPath(mountPath))
          refuse(`the mount ${mountPath}`, "it is reserved for the worker", mountPath);
    }
  });
}

/** Merges `patch` into `spec`: objects by key, the lists above by merge key; `null` removes a key, any other value replaces it. */
export function mergePodSpec<Spec extends object>(spec: Spec, patch: unknown): Spec {
  if (!isObject(patch)) return spec;
  const [container] = (spec as { containers?: { name: string }[] }).containers ?? [];
  const named = objects(patch.containers).map((more) => ({ ...more, name: container?.name }));
  return merge(spec, { ...patch, ...(named.length > 0 ? { containers: named } : {}) }, "") as Spec;
}

/** The names of the volumes that a patch changes or its containers mount, and the paths at which it mounts one in the work's container. */
export function patchedVolumes(patch: unknown): Readonly<Record<"names" | "paths", readonly unknown[]>> {
  const { containers, initContainers, volumes } = toFields(patch);
  const [mounts, others] = [containers, initContainers].map((list) =>
    objects(list).flatMap(({ volumeMounts }) => objects(volumeMounts)),
  );
  const named = [...objects(volumes), ...(mounts ?? []), ...(others ?? [])];
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
  for (const item of objects(patch)) {
    const at = merged.findIndex((other) => isObject(other) && other[key] === item[key]);
    if (at === -1) merged.push(merge({}, item, ""));
    else merged[at] = merge(merged[at], item, "");
  }
  return merged;
}

function objects(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Each list with an element whose merge key is missing, except init containers, of the pod and of its container. */
function unnamed({ containers, ...pod }: Readonly<Record<string, unknown>>): [list: string, key: string][] {
  return [pod, ...objects(containers)].flatMap((part) =>
    Object.entries(MERGE_KEYS).filter(
      ([list, key]) =>
        !list.endsWith("ontainers") &&
        objects(part[list]).some((item) => !["string", "number"].includes(typeof item[key]) && !isLater(item[key])),
    ),
  );
}

/** A simple value; a structure may contain a password. */
function show(value: unknown): string {
  return ["string", "number", "boolean"].includes(typeof value) ? JSON.stringify(value) : typeName(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isListOfObjects(value: unknown): boolean {
  return Array.isArray(value) && value.every(isObject);
}

/** The keys at any depth that Kubernetes reads as directives for the merge. */
function directives(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(directives);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [...(key.startsWith("$") ? [key] : []), ...directives(inner)]);
}
