import { podSpecPatchRule } from "./podSpecPatch.ts";
import { isReservedPath, isReservedVariable, RESERVED_VOLUMES } from "./reservedNames.ts";
import { and, isObject, kubernetesObject, list, map, number, type Rule, secretText, shape, text } from "./rule.ts";

const QUALIFIED = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;

/** Labels that KEDA, the Job controller and this project use as selectors. */
const OUR_LABELS =
  /^(app\.kubernetes\.io\/name|job-name|controller-uid|(scaledjob\.keda\.sh|batch\.kubernetes\.io)\/.*)$/;

const labelKey = text(
  (key) => QUALIFIED.test(key) && !OUR_LABELS.test(key),
  "a label name that is not a selector of KEDA, Jobs or batches",
  "app.kubernetes.io/name, scaledjob.keda.sh/ and batch.kubernetes.io/ are reserved",
);
const labelValue = text(
  /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/,
  "a label value",
  "at most 63 letters, digits, -, _ and .",
);
const annotationKey = text(
  (key) => QUALIFIED.test(key) && !key.startsWith("pulumi.com/"),
  "an annotation name outside pulumi.com/",
  "they control how Pulumi waits",
);

/** Validation rules for labels and annotations. */
export const METADATA_RULES = {
  labels: map(labelKey, labelValue, "label names and values"),
  annotations: map(annotationKey, text(/^/, "a string", "an annotation value"), "annotation names and values"),
};

/** Validation rules for the name of a Kubernetes object. */
export function objectName(why: string): Rule {
  return text(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'a name of a-z, 0-9, "-" and "."', why);
}

/** Validation rules for environment variables: the worker's own names are reserved. */
export const envRule = map(
  text(
    (name) => /^[A-Za-z_][\w.-]*$/.test(name) && !isReservedVariable(name),
    "a variable name that is not reserved for the worker",
    "PG*, BATCH_* and the worker's settings are reserved",
  ),
  secretText("a variable's value; quote numbers"),
  "names and values of environment variables",
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

const amount = text(/^\d+(\.\d+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/, "a Kubernetes quantity", "500m, 2, 1Gi");

function amounts(taken: readonly string[]): Rule {
  return map(
    text(
      (name) => QUALIFIED.test(name) && !taken.includes(name),
      `a resource name other than ${taken.join(" and ")}`,
      "the settings cpu and memory set them",
    ),
    amount,
    "resource names and quantities",
  );
}

const volume = and(kubernetesObject("volume"), (path, value, problems) => {
  text(
    (name) => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name) && !RESERVED_VOLUMES.includes(name),
    `a volume name other than ${RESERVED_VOLUMES.join(", ")}`,
    "they are reserved for the worker",
  )(`${path}.name`, (value as Record<string, unknown>).name, problems);
});

const volumeMount = and(kubernetesObject("volume mount"), (path, value, problems) => {
  const { name, mountPath } = value as Record<string, unknown>;
  text(/./, "a volume name", "the volume to mount")(`${path}.name`, name, problems);
  text(
    (folder) => folder.startsWith("/") && !isReservedPath(folder),
    "an absolute path that is not reserved for the worker",
    "/batch, /run/batch, /app/batch and /etc/postgresql-ca are reserved",
  )(`${path}.mountPath`, mountPath, problems);
});

/** Every mount names a volume, and no two volumes have the same name. */
const mounted: Rule = (path, value, problems) => {
  const { volumes = [], volumeMounts = [] } = value as Record<"volumes" | "volumeMounts", { name: unknown }[]>;
  if (!Array.isArray(volumes) || !Array.isArray(volumeMounts)) return;
  const names = volumes.map(({ name }) => name);
  for (const { name } of volumeMounts) {
    if (typeof name === "string" && !names.includes(name))
      problems.push(
        `${path}.volumeMounts must name a volume of ${path}.volumes (it is mounted); got ${JSON.stringify(name)}`,
      );
  }
  const twice = names.find((name, index) => typeof name === "string" && names.indexOf(name) !== index);
  if (twice !== undefined)
    problems.push(
      `${path}.volumes must have different names (mounts refer to them); got ${JSON.stringify(twice)} twice`,
    );
};

/**
 * Validation rules for `PodArgs`.
 *
 * @param command - whether the pods run a command in the batch's image
 */
export function podRule(command: boolean): Rule {
  return and(
    shape({
      ...METADATA_RULES,
      serviceAccountName: objectName("a service account in the namespace of the batches"),
      env: envRule,
      envFromSecrets: envFromSecretsRule,
      volumes: list(volume, { why: "Kubernetes volumes" }),
      volumeMounts: list(volumeMount, { why: "Kubernetes volume mounts" }),
      nodeSelector: map(text(QUALIFIED, "a label name", "it selects nodes"), labelValue, "node labels"),
      tolerations: list(kubernetesObject("toleration"), { why: "Kubernetes tolerations" }),
      affinity: kubernetesObject("affinity"),
      topologySpreadConstraints: list(kubernetesObject("topology spread constraint"), {
        why: "Kubernetes topology spread constraints",
      }),
      priorityClassName: objectName("a priority class of the cluster"),
      resources: shape({ requests: amounts(["cpu", "memory"]), limits: amounts(["memory"]) }),
      imagePullSecrets: list(objectName("a Secret in the namespace of the batches"), { why: "Secret names" }),
      runtimeClassName: objectName("a runtime class of the cluster"),
      runAsUser: number({ min: 1, max: 2_147_483_647, why: "the restricted Pod Security Standard forbids root" }),
      podSpecPatch: podSpecPatchRule(command),
    }),
    (path, value, problems) => {
      if (isObject(value)) mounted(path, value, problems);
    },
  );
}
