import { isQualifiedName, objectName } from "./nameRules.ts";
import { quantityValue } from "./quantity.ts";
import { isReservedPath, RESERVED_VOLUMES } from "./reservedNames.ts";
import { and, flag, isObject, kubernetesObject, list, map, number, type Rule, shape, text } from "./rule.ts";

/*
 * The parts of a pod's spec that are given as Kubernetes defines them. An unknown key must be refused here: KEDA's CRD drops it without a
 * message, and a volume with a misspelled source is an empty folder. A wrong value would be noticed only when KEDA creates a Job.
 */

const name = text(isQualifiedName, "a label name", "it selects nodes");
const anyText = text(/^/, "a string", "quote numbers");
const any: Rule = () => undefined;

const amount = text((value) => !Number.isNaN(quantityValue(value)), "a Kubernetes quantity", "500m, 2, 1Gi");

/** Validation rules for a toleration. */
export const tolerationRule = and(
  shape({
    key: text(isQualifiedName, "a taint's key", "it names the taint"),
    operator: text(/^(Exists|Equal)$/, "Exists or Equal", "how the value is compared"),
    value: anyText,
    effect: text(
      /^(NoSchedule|PreferNoSchedule|NoExecute)$/,
      "NoSchedule, PreferNoSchedule or NoExecute",
      "the taint's effect",
    ),
    tolerationSeconds: number({ min: 0, max: 2_147_483_647, why: "how long the pod stays" }),
  }),
  (path, value, problems) => {
    const { key, operator, value: compared, effect, tolerationSeconds } = value as Record<string, unknown>;
    if (key === undefined && operator === undefined)
      problems.push(`${path} must have a key, or the operator Exists (all taints); got neither`);
    if (operator === "Exists" && compared !== undefined && compared !== "")
      problems.push(`${path}.value must come without the operator Exists (which matches every value); got both`);
    if (tolerationSeconds !== undefined && typeof effect === "string" && effect !== "NoExecute")
      problems.push(
        `${path}.tolerationSeconds must come with the effect NoExecute (only it ends pods); got ${JSON.stringify(effect)}`,
      );
  },
);

const terms = shape({
  requiredDuringSchedulingIgnoredDuringExecution: any,
  preferredDuringSchedulingIgnoredDuringExecution: any,
});

/** Validation rules for an affinity. */
export const affinityRule = shape({ nodeAffinity: terms, podAffinity: terms, podAntiAffinity: terms });

const policy = text(/^(Honor|Ignore)$/, "Honor or Ignore", "which nodes count");

/** Validation rules for a topology spread constraint. */
export const spreadRule = shape(
  {
    maxSkew: number({ min: 1, max: 2_147_483_647, why: "the largest difference" }),
    topologyKey: name,
    whenUnsatisfiable: text(
      /^(DoNotSchedule|ScheduleAnyway)$/,
      "DoNotSchedule or ScheduleAnyway",
      "what happens otherwise",
    ),
    labelSelector: kubernetesObject("label selector"),
    matchLabelKeys: list(anyText, { why: "label names" }),
    minDomains: number({ min: 1, max: 2_147_483_647, why: "a number of nodes or zones" }),
    nodeAffinityPolicy: policy,
    nodeTaintsPolicy: policy,
  },
  ["maxSkew", "topologyKey", "whenUnsatisfiable"],
);

const items = list(kubernetesObject("key to path"), { why: "objects with key and path" });
const optional = flag("whether it may be missing");
const defaultMode = number({ min: 0, max: 0o777, why: "a file mode" });

/** Sources of a volume whose content is left to the Kubernetes API. */
const OTHER_SOURCES =
  "awsElasticBlockStore azureDisk azureFile cephfs cinder csi downwardAPI ephemeral fc flexVolume flocker gcePersistentDisk gitRepo " +
  "glusterfs image iscsi nfs photonPersistentDisk portworxVolume projected quobyte rbd scaleIO storageos vsphereVolume";

/** The sources of a volume. */
export const VOLUME_SOURCES: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(OTHER_SOURCES.split(" ").map((source) => [source, kubernetesObject("volume source")])),
  configMap: shape({ name: objectName("a ConfigMap"), items, optional, defaultMode }, ["name"]),
  emptyDir: shape({
    medium: text(/^(Memory|HugePages.*|)$/, "Memory, or HugePages-SIZE", "the disk is the default"),
    sizeLimit: amount,
  }),
  hostPath: shape({ path: text(/^\//, "an absolute path", "a folder of the node"), type: anyText }, ["path"]),
  persistentVolumeClaim: shape({ claimName: objectName("a claim"), readOnly: flag("whether it is read-only") }, [
    "claimName",
  ]),
  secret: shape({ secretName: objectName("a Secret"), items, optional, defaultMode }, ["secretName"]),
};

/** Validation rules for a volume. */
export const volumeRule = and(
  shape(
    {
      name: text(
        (volume) => /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(volume) && !RESERVED_VOLUMES.includes(volume),
        `a volume name other than ${RESERVED_VOLUMES.join(", ")}`,
        "they are reserved for the worker",
      ),
      ...VOLUME_SOURCES,
    },
    ["name"],
  ),
  (path, value, problems) => {
    const sources = Object.entries(value as object).flatMap(([key, source]) =>
      key !== "name" && source !== undefined ? [key] : [],
    );
    if (sources.length !== 1)
      problems.push(`${path} must have one source (what is mounted); got ${sources.join(" and ") || "none"}`);
  },
);

/** Validation rules for the mount of a volume. */
export const volumeMountRule = shape(
  {
    name: text(/./, "a volume name", "the volume to mount"),
    mountPath: text(
      (folder) => /^\/[^:]*$/.test(folder) && !isReservedPath(folder),
      "an absolute path without : that is not reserved for the worker",
      "/batch, /run/batch, /app/batch and /etc/postgresql-ca are reserved",
    ),
    subPath: anyText,
    subPathExpr: anyText,
    readOnly: flag("whether it is read-only"),
    recursiveReadOnly: anyText,
    mountPropagation: anyText,
  },
  ["name", "mountPath"],
);

/** Validation rules for `resources`; the settings `cpu` and `memory` are not part of it. */
export const resourcesRule = and(
  shape({ requests: amounts(["cpu", "memory"]), limits: amounts(["memory"]) }),
  (path, value, problems) => {
    const { requests = {}, limits = {} } = value as Record<string, unknown>;
    if (!isObject(requests) || !isObject(limits)) return;
    for (const [resource, quantity] of Object.entries({ ...limits, ...requests })) {
      const limit = limits[resource];
      if (typeof quantity !== "string" || (limit !== undefined && typeof limit !== "string")) continue;
      if (resource.includes("/") && !Number.isInteger(quantityValue(quantity)))
        problems.push(
          `${path}: ${resource} must be a whole number (devices are not divided); got ${JSON.stringify(quantity)}`,
        );
      else if (isDevice(resource) && limit !== quantity)
        problems.push(
          `${path}.limits.${resource} must be the same as in requests (no pod gets more); got ${JSON.stringify(limit) ?? "nothing"} and ${JSON.stringify(quantity)}`,
        );
      else if (limit !== undefined && quantityValue(limit) < quantityValue(quantity))
        problems.push(
          `${path}.limits.${resource} must be at least what requests has (Kubernetes refuses such pods); got ${JSON.stringify(limit)} and ${JSON.stringify(quantity)}`,
        );
    }
  },
);

function amounts(taken: readonly string[]): Rule {
  return map(
    text(
      (resource) =>
        (isDevice(resource) || ["cpu", "ephemeral-storage"].includes(resource)) && !taken.includes(resource),
      `a resource name other than ${taken.join(" and ")}: cpu, ephemeral-storage, or one with a prefix (nvidia.com/gpu)`,
      "the settings cpu and memory set them",
    ),
    amount,
    "resource names and quantities",
  );
}

/** Kubernetes counts these in whole units, and gives no pod more than it requests. */
function isDevice(resource: string): boolean {
  return isQualifiedName(resource) && (resource.includes("/") || resource.startsWith("hugepages-"));
}
