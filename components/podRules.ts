import { posix } from "node:path";
import { maxValueBytes } from "../worker/src/maxValueBytes.ts";
import { affinityRule, spreadsRule, tolerationRule, volumeMountRule, volumeRule } from "./kubernetesRules.ts";
import { isQualifiedName, labelValue, nodeLabel, objectName, pullSecretNames } from "./nameRules.ts";
import { patchedPodRule } from "./patchedPod.ts";
import { podSpecPatchRule } from "./podSpecPatchRule.ts";
import { isReservedVariable } from "./reservedNames.ts";
import { resourcesRule } from "./resourcesRule.ts";
import {
  and,
  findTwice,
  flag,
  isText,
  list,
  map,
  number,
  type Rule,
  secretText,
  shape,
  text,
  toFields,
} from "./rule.ts";
import { variableValueRule } from "./variableValueRule.ts";

/** Labels that KEDA, the Job controller and this project use as selectors. */
const OUR_LABELS =
  /^(app\.kubernetes\.io\/name|job-name|controller-uid|(scaledjob\.keda\.sh|batch\.kubernetes\.io)\/.*)$/;

const labelKey = text(
  (key) => isQualifiedName(key) && !OUR_LABELS.test(key),
  "a label name that is not a selector of KEDA, Jobs or batches",
  "app.kubernetes.io/name, scaledjob.keda.sh/ and batch.kubernetes.io/ are reserved",
);
const annotationKey = text(
  (key) => isQualifiedName(key) && !key.startsWith("pulumi.com/"),
  "an annotation name outside pulumi.com/",
  "they control how Pulumi waits",
);

/** Kubernetes' own limit is higher: this project, Pulumi and KEDA add some. */
const MAX_ANNOTATION_BYTES = 250_000;

/** Validation rules for labels and annotations. */
export const METADATA_RULES = {
  labels: map(labelKey, labelValue, "label names and values"),
  annotations: and(
    map(annotationKey, text(/^/, "a string", "an annotation value"), "annotation names and values"),
    (path, value, problems) => {
      const bytes = Buffer.byteLength(
        Object.entries(value as object)
          .flat()
          .filter(isText)
          .join(""),
      );
      if (bytes > MAX_ANNOTATION_BYTES)
        problems.push(
          `${path} must have at most ${MAX_ANNOTATION_BYTES} bytes together (Kubernetes' limit for an object is 262144); got ${bytes}`,
        );
    },
  ),
};

/** Validation rules for environment variables: the worker's own names are reserved. */
export const envRule = and(
  map(
    text(
      // JavaScript loses a key __proto__ when it copies an object.
      (name) => /^(?!__proto__$)[A-Za-z_][\w.-]*$/.test(name) && !isReservedVariable(name),
      "a variable name that is not reserved for the worker",
      "reserved are PG*, BATCH_*, WORKER_*, SCALER_*, the worker's settings, NODE_OPTIONS, LD_PRELOAD and OPENSSL_CONF",
    ),
    secretText("a variable's value; quote numbers", { mayBeEmpty: true }),
    "names and values of environment variables",
  ),
  (path, value, problems) => {
    for (const [name, text] of Object.entries(toFields(value))) {
      variableValueRule(`${path}.${name}`, text, problems);
      const max = maxValueBytes(name);
      const bytes = isText(text) ? Buffer.byteLength(text) : 0;
      if (bytes > max)
        problems.push(
          `${path}.${name} must be at most ${max} bytes (Linux starts no program with a longer variable); got ${bytes}`,
        );
    }
  },
);

/** Validation rules for Secrets whose keys become environment variables. */
export const envFromSecretsRule = list(
  shape(
    {
      name: objectName("a Secret in the namespace of the batches"),
      prefix: text(/^[A-Za-z_][\w.-]*$/, "the beginning of a variable name", "it is prepended to each key"),
    },
    ["name"],
  ),
  { why: "objects with name and prefix" },
);

/** Every mount names a volume, no two volumes have the same name, and no two mounts the same path. */
export const mountsRule: Rule = (path, value, problems) => {
  type Named = { readonly name: unknown; readonly mountPath?: unknown };
  const { volumes = [], volumeMounts = [] } = toFields(value) as Record<string, Named[]>;
  if (!Array.isArray(volumes) || !Array.isArray(volumeMounts)) return;
  const names = volumes.map(({ name }) => name);
  // A volume whose name is known only during the deployment may be the mounted one; it is checked then.
  for (const { name } of names.every(isText) ? volumeMounts : []) {
    if (isText(name) && !names.includes(name))
      problems.push(
        `${path}.volumeMounts must name a volume of ${path}.volumes (it is mounted); got ${JSON.stringify(name)}`,
      );
  }
  const name = findTwice(names.filter(isText));
  if (name !== undefined)
    problems.push(
      `${path}.volumes must have different names (mounts refer to them); got ${JSON.stringify(name)} twice`,
    );
  const paths = volumeMounts.map(({ mountPath }) => mountPath).filter(isText);
  // "/data" and "/data/" are the same folder.
  const folder = findTwice(paths.map((mountPath) => posix.resolve("/", mountPath)));
  if (folder !== undefined)
    problems.push(
      `${path}.volumeMounts must have different paths (one would hide the other); got ${JSON.stringify(folder)} twice`,
    );
};

/** With `runAsAssignedUser` nothing else sets the user id of the work. */
export const assignedUserRule: Rule = (path, value, problems) => {
  const { runAsUser, runAsAssignedUser, podSpecPatch } = toFields(value);
  if (runAsAssignedUser !== true) return;
  const { securityContext, containers } = toFields(podSpecPatch);
  const [container] = Array.isArray(containers) ? containers : [];
  for (const [key, user] of [
    ["runAsUser", runAsUser],
    ["podSpecPatch.securityContext.runAsUser", toFields(securityContext).runAsUser],
    ["podSpecPatch.containers[0].securityContext.runAsUser", toFields(toFields(container).securityContext).runAsUser],
  ] as const) {
    // A patch removes a field by null.
    if (user !== undefined && user !== null)
      problems.push(`${path}.${key} must not be set with runAsAssignedUser (the cluster assigns it); got both`);
  }
};

const onLinux: Rule = (path, value, problems) => {
  const { "kubernetes.io/os": system } = value as Record<string, unknown>;
  if (typeof system === "string" && system !== "linux")
    problems.push(
      `${path}.kubernetes.io/os must be linux (the worker and the runner are programs for Linux); got ${JSON.stringify(system)}`,
    );
};

/**
 * Validation rules for `PodArgs`.
 *
 * @param command - whether the pods run a command in the batch's image
 */
export function podRule(command: boolean): Rule {
  return and(and(podPartRule(command), mountsRule), patchedPodRule);
}

/** The same for a part of `PodArgs`, whose mounts may be of another part's volumes. */
export function podPartRule(command: boolean): Rule {
  const rule = shape({
    ...METADATA_RULES,
    serviceAccountName: objectName("a service account in the namespace of the batches"),
    env: envRule,
    envFromSecrets: envFromSecretsRule,
    volumes: list(volumeRule, { why: "Kubernetes volumes" }),
    volumeMounts: list(volumeMountRule, { why: "Kubernetes volume mounts" }),
    nodeSelector: and(map(nodeLabel, labelValue, "node labels"), onLinux),
    tolerations: list(tolerationRule, { why: "Kubernetes tolerations" }),
    affinity: affinityRule,
    topologySpreadConstraints: spreadsRule,
    priorityClassName: objectName("a priority class of the cluster"),
    resources: resourcesRule,
    imagePullSecrets: pullSecretNames("the namespace of the batches"),
    runtimeClassName: objectName("a runtime class of the cluster"),
    runAsUser: number({ min: 1, max: 2_147_483_647, why: "the restricted Pod Security Standard forbids root" }),
    runAsAssignedUser: flag("whether the cluster assigns the user id"),
    podSpecPatch: podSpecPatchRule(command),
  });
  return and(rule, assignedUserRule);
}
