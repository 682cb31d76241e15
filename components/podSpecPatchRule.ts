import { patchValuesRule } from "./patchValues.ts";
import { podPatchFieldsRule } from "./podFields.ts";
import { MERGE_KEYS, withoutUndefined } from "./podSpecPatch.ts";
import {
  isReservedPath,
  isReservedVariable,
  MIGRATION_CONTAINER,
  RESERVED_VOLUMES,
  RUNNER_CONTAINER,
} from "./reservedNames.ts";
import { and, isLater, isObject, isText, known, type Rule, toFields, toObjects, typeName } from "./rule.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A change of something that the worker relies on, and why it does. */
type Change = readonly [what: string, why: string, got: string];

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
  priority: "use pod.priorityClassName, from which Kubernetes sets it",
  nodeName: "the scheduler must be able to replace the pods of a lost node",
};

const CONTAINER_FIELDS = {
  name: "a pod has one work container, which the patch changes without naming it; add sidecars as init containers with restartPolicy Always",
  image: "it is an argument of the batch",
  imagePullPolicy: "it is an argument of the batch",
  command: "it is an argument of the batch",
  args: "it is an argument of the batch",
  lifecycle: "a hook would use up the grace period that the worker relies on",
  restartPolicy: "the row decides whether to retry, always in a new pod",
  restartPolicyRules: "the row decides whether to retry, always in a new pod",
  livenessProbe: "livenessPort sets it",
  startupProbe: "livenessPort sets it",
};

const RESERVED = "it is reserved for the worker";
const LINUX = "the worker and the runner are programs for Linux";

/** Validation rules for `podSpecPatch`: it may change any field that the worker does not rely on. */
export function podSpecPatchRule(command: boolean): Rule {
  const rule = and(and(protectedFieldsRule(command), podPatchFieldsRule), patchValuesRule);
  return (path, value, problems) => rule(path, withoutUndefined(value), problems);
}

function protectedFieldsRule(command: boolean): Rule {
  return known((path, value, problems) => {
    if (!isObject(value)) {
      problems.push(`${path} must be an object (part of a pod spec); got ${typeName(value)}`);
      return;
    }
    const [container] = toObjects(value.containers);
    for (const [what, why, got] of [...podChanges(value), ...(container ? containerChanges(container, command) : [])])
      problems.push(`${path} must not change ${what} (${why}); got ${got}`);
  });
}

function* podChanges(patch: Fields): Iterable<Change> {
  for (const [field, why] of Object.entries(POD_FIELDS)) if (field in patch) yield [field, why, show(patch[field])];
  for (const directive of directives(patch)) yield [directive, "merge directives are not supported", show(directive)];
  yield* wrongLists(patch, Object.keys(MERGE_KEYS));
  const { os, nodeSelector, volumes, initContainers, containers } = patch;
  const node = toFields(nodeSelector)["kubernetes.io/os"];
  if (isText(node) && node !== "linux") yield ["nodeSelector.kubernetes.io/os", LINUX, show(node)];
  const { name: system } = toFields(os);
  if (isText(system) && system !== "linux") yield ["os.name", LINUX, show(system)];
  for (const { name } of toObjects(volumes))
    if (isText(name) && RESERVED_VOLUMES.includes(name)) yield [`the volume ${name}`, RESERVED, show(name)];
  for (const { name } of toObjects(initContainers)) {
    if (!isText(name) && !isLater(name))
      yield ["an init container without a name", "elements are merged by name", show(name)];
    if (name === RUNNER_CONTAINER || name === MIGRATION_CONTAINER)
      yield [`the init container ${name}`, RESERVED, show(name)];
  }
  for (const [list, key] of unnamed(patch))
    yield [`an element of ${list} without a ${key}`, `elements are merged by ${key}`, "nothing"];
  const { length } = toObjects(containers);
  if (length > 1) yield ["the number of containers", CONTAINER_FIELDS.name, show(length)];
}

function* containerChanges(container: Fields, command: boolean): Iterable<Change> {
  for (const [field, why] of Object.entries(CONTAINER_FIELDS))
    if (field in container) yield [`containers[0].${field}`, why, show(container[field])];
  if (!command && "workingDir" in container)
    yield ["containers[0].workingDir", "the worker must start in its own folder", show(container.workingDir)];
  yield* wrongLists(container, ["env", "volumeMounts"], "containers[0].");
  for (const { name } of toObjects(container.env))
    if (isText(name) && isReservedVariable(name)) yield [`the variable ${name}`, RESERVED, show(name)];
  for (const { mountPath } of toObjects(container.volumeMounts))
    if (isText(mountPath) && isReservedPath(mountPath)) yield [`the mount ${mountPath}`, RESERVED, show(mountPath)];
}

/** The keys whose value should be a list of objects and is not; a list or an object that is known only during the deployment is checked then. */
function* wrongLists(part: Fields, keys: readonly string[], prefix = ""): Iterable<Change> {
  for (const key of keys) {
    const value = part[key];
    if (!(key in part) || isLater(value)) continue;
    if (!(Array.isArray(value) && value.every((item) => isObject(item) || isLater(item))))
      yield [`${prefix}${key}`, `elements are merged by ${MERGE_KEYS[key]}`, typeName(value)];
  }
}

/** Each list with an element whose merge key is missing, except init containers, of the pod and of its container. */
function unnamed({ containers, ...pod }: Readonly<Record<string, unknown>>): [list: string, key: string][] {
  return [pod, ...toObjects(containers)].flatMap((part) =>
    Object.entries(MERGE_KEYS).filter(
      ([list, key]) =>
        !list.endsWith("ontainers") &&
        toObjects(part[list]).some((item) => !["string", "number"].includes(typeof item[key]) && !isLater(item[key])),
    ),
  );
}

/** A simple value; a structure may contain a password. */
function show(value: unknown): string {
  return ["string", "number", "boolean"].includes(typeof value) ? JSON.stringify(value) : typeName(value);
}

/** The keys at any depth that Kubernetes reads as directives for the merge. */
function directives(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(directives);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [...(key.startsWith("$") ? [key] : []), ...directives(inner)]);
}
