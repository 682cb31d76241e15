import { podSpecPatchRule } from "./podSpecPatch.ts";
import { isReservedPath, isReservedVariable, RESERVED_VOLUMES } from "./reservedNames.ts";
import { and, isObject, kubernetesObject, list, map, number, type Rule, secretText, shape, text } from "./rule.ts";

const QUALIFIED = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;

/** The keys by which KEDA, the Job controller and this project find their objects. */
const OUR_LABELS =
  /^(app\.kubernetes\.io\/name|job-name|controller-uid|(scaledjob\.keda\.sh|batch\.kubernetes\.io)\/.*)$/;

const labelKey = text(
  (key) => QUALIFIED.test(key) && !OUR_LABELS.test(key),
  "a label's name, and none that KEDA, Jobs or batches are found by",
  "app.kubernetes.io/name, scaledjob.keda.sh/ and batch.kubernetes.io/ are taken",
);
const labelValue = text(
  /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/,
  "a label's value",
  "at most 63 of letters, digits, -, _ and .",
);
const annotationKey = text(
  (key) => QUALIFIED.test(key) && !key.startsWith("pulumi.com/"),
  "an annotation's name, and none of pulumi.com/",
  "those control how Pulumi waits",
);

/** Labels and annotations of any object. */
export const METADATA_RULES = {
  labels: map(labelKey, labelValue, "names and values of labels"),
  annotations: map(annotationKey, text(/^/, "a text", "an annotation's value"), "names and values of annotations"),
};

/** The name of an object of Kubernetes. */
export function objectName(why: string): Rule {
  return text(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'a name of a-z, 0-9, "-" and "."', why);
}

/** Environment variables that have a name which the worker does not use. */
export const envRule = map(
  text(
    (name) => /^[A-Za-z_][\w.-]*$/.test(name) && !isReservedVariable(name),
    "a variable's name, and none of the worker's own",
    "PG*, BATCH_* and the worker's settings are taken",
  ),
  secretText("a variable's value; quote a number"),
  "names and values of environment variables",
);

/** Secrets whose keys become environment variables. */
export const envFromSecretsRule = list(
  shape(
    {
      name: objectName("a Secret in the namespace of the batches"),
      prefix: text(/^[A-Za-z_][\w.-]*$/, "the beginning of a variable's name", "it comes before each key"),
    },
    ["name"],
  ),
  { why: "Secrets with name and prefix" },
);

const amount = text(
  /^\d+(\.\d+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/,
  "an amount as Kubernetes writes it",
  "500m, 2, 1Gi",
);

function amounts(taken: readonly string[]): Rule {
  return map(
    text(
      (name) => QUALIFIED.test(name) && !taken.includes(name),
      `a resource's name, and not ${taken.join(" or ")}`,
      "the settings cpu and memory set those",
    ),
    amount,
    "resources and amounts",
  );
}

const volume = and(kubernetesObject("volume"), (path, value, problems) => {
  text(
    (name) => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name) && !RESERVED_VOLUMES.includes(name),
    `a volume's name, and none of ${RESERVED_VOLUMES.join(", ")}`,
    "those are the worker's",
  )(`${path}.name`, (value as Record<string, unknown>).name, problems);
});

const volumeMount = and(kubernetesObject("volume mount"), (path, value, problems) => {
  const { name, mountPath } = value as Record<string, unknown>;
  text(/./, "a volume's name", "what is mounted")(`${path}.name`, name, problems);
  text(
    (folder) => folder.startsWith("/") && !isReservedPath(folder),
    "an absolute path, and none of the worker's",
    "/batch, /run/batch, /app/batch and /etc/postgresql-ca are taken",
  )(`${path}.mountPath`, mountPath, problems);
});

/** Every mount has its volume. */
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
 * What `PodArgs` may be.
 *
 * @param command - the pods run a command in the batch's image
 */
export function podRule(command: boolean): Rule {
  return and(
    shape({
      ...METADATA_RULES,
      serviceAccountName: objectName("a service account in the namespace of the batches"),
      env: envRule,
      envFromSecrets: envFromSecretsRule,
      volumes: list(volume, { why: "volumes as Kubernetes writes them" }),
      volumeMounts: list(volumeMount, { why: "volume mounts as Kubernetes writes them" }),
      nodeSelector: map(text(QUALIFIED, "a label's name", "nodes are chosen by it"), labelValue, "labels of nodes"),
      tolerations: list(kubernetesObject("toleration"), { why: "tolerations as Kubernetes writes them" }),
      affinity: kubernetesObject("affinity"),
      topologySpreadConstraints: list(kubernetesObject("topology spread constraint"), {
        why: "topology spread constraints as Kubernetes writes them",
      }),
      priorityClassName: objectName("a priority class of the cluster"),
      resources: shape({ requests: amounts(["cpu", "memory"]), limits: amounts(["memory"]) }),
      imagePullSecrets: list(objectName("a Secret in the namespace of the batches"), { why: "names of Secrets" }),
      runtimeClassName: objectName("a runtime class of the cluster"),
      runAsUser: number({ min: 1, max: 2_147_483_647, why: "the restricted Pod Security Standard forbids root" }),
      podSpecPatch: podSpecPatchRule(command),
    }),
    (path, value, problems) => {
      if (isObject(value)) mounted(path, value, problems);
    },
  );
}
