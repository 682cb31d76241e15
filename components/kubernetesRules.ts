import { isQualifiedName, objectName } from "./nameRules.ts";
import { podFieldRule } from "./podFields.ts";
import { quantityValue } from "./quantity.ts";
import { isReservedPath, RESERVED_VOLUMES } from "./reservedNames.ts";
import {
  and,
  atMostOne,
  findTwice,
  flag,
  isLater,
  isText,
  kubernetesObject,
  list,
  number,
  type Rule,
  shape,
  text,
  toObjects,
} from "./rule.ts";
import { selectorsRule } from "./selectorsRule.ts";
import { pathInVolume, volumeFilesRule } from "./volumeFilesRule.ts";

/*
 * The parts of a pod's spec that are given as Kubernetes defines them. An unknown key must be refused here: KEDA's CRD drops it without a
 * message, and a volume with a misspelled source is an empty folder. A wrong value would be noticed only when KEDA creates a Job.
 */

const name = text(isQualifiedName, "a label name", "it selects nodes");
const any: Rule = () => undefined;

/** Validation rules for a quantity of any resource. */
export const quantityRule = text(
  (value) => !Number.isNaN(quantityValue(value)),
  "a Kubernetes quantity",
  "500m, 2, 1Gi",
);

/** Validation rules for a toleration. */
export const tolerationRule = and(
  shape({
    key: text(isQualifiedName, "a taint's key", "it names the taint"),
    operator: text(/^(Exists|Equal)$/, "Exists or Equal", "how the value is compared"),
    value: text(
      /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/,
      "the value of a taint",
      "at most 63 letters, digits, -, _ and .",
    ),
    effect: text(
      /^(NoSchedule|PreferNoSchedule|NoExecute)$/,
      "NoSchedule, PreferNoSchedule or NoExecute",
      "the taint's effect",
    ),
    tolerationSeconds: number({ min: 0, max: 2_147_483_647, why: "how long the pod stays" }),
  }),
  (path, value, problems) => {
    const { key, operator, value: compared, effect, tolerationSeconds } = value as Record<string, unknown>;
    if (key === undefined && operator !== "Exists" && !isLater(operator))
      problems.push(`${path} must have a key, or the operator Exists (all taints); got neither`);
    if (operator === "Exists" && compared !== undefined && compared !== "")
      problems.push(`${path}.value must come without the operator Exists (which matches every value); got both`);
    if (tolerationSeconds !== undefined && effect !== "NoExecute" && !isLater(effect))
      problems.push(
        `${path}.tolerationSeconds must come with the effect NoExecute (only it ends pods); got ${JSON.stringify(effect) ?? "no effect"}`,
      );
  },
);

const terms = shape({
  requiredDuringSchedulingIgnoredDuringExecution: any,
  preferredDuringSchedulingIgnoredDuringExecution: any,
});

/** Validation rules for an affinity. */
export const affinityRule = and(
  shape({ nodeAffinity: terms, podAffinity: terms, podAntiAffinity: terms }),
  and(podFieldRule("affinity"), selectorsRule),
);

const policy = text(/^(Honor|Ignore)$/, "Honor or Ignore", "which nodes count");

/** Validation rules for a topology spread constraint. */
export const spreadRule = and(
  shape(
    {
      maxSkew: number({ min: 1, max: 2_147_483_647, why: "the largest difference" }),
      topologyKey: name,
      whenUnsatisfiable: text(
        /^(DoNotSchedule|ScheduleAnyway)$/,
        "DoNotSchedule or ScheduleAnyway",
        "what happens otherwise",
      ),
      labelSelector: and(
        kubernetesObject("label selector"),
        and(podFieldRule("topologySpreadConstraints", "labelSelector"), selectorsRule),
      ),
      matchLabelKeys: list(name, { why: "label names" }),
      minDomains: number({ min: 1, max: 2_147_483_647, why: "a number of nodes or zones" }),
      nodeAffinityPolicy: policy,
      nodeTaintsPolicy: policy,
    },
    ["maxSkew", "topologyKey", "whenUnsatisfiable"],
  ),
  (path, value, problems) => {
    const { minDomains, whenUnsatisfiable, matchLabelKeys, labelSelector } = value as Record<string, unknown>;
    if (minDomains !== undefined && whenUnsatisfiable === "ScheduleAnyway")
      problems.push(
        `${path}.minDomains must come with whenUnsatisfiable DoNotSchedule (Kubernetes' rule); got "ScheduleAnyway"`,
      );
    if (matchLabelKeys !== undefined && labelSelector === undefined)
      problems.push(`${path}.matchLabelKeys must come with a labelSelector (they narrow it); got none`);
  },
);

/** Validation rules for a list of topology spread constraints. */
export const spreadsRule = and(
  list(spreadRule, { why: "Kubernetes topology spread constraints" }),
  (path, value, problems) => {
    // Those that are known only during the deployment are compared then.
    const known = toObjects(value).filter((spread) => [spread.topologyKey, spread.whenUnsatisfiable].every(isText));
    const twice = findTwice(
      known.map(({ topologyKey, whenUnsatisfiable }) => `${topologyKey} with ${whenUnsatisfiable}`),
    );
    if (twice !== undefined)
      problems.push(
        `${path} must have each topologyKey once for a whenUnsatisfiable (Kubernetes' rule); got ${twice} twice`,
      );
  },
);

const items = and(
  list(kubernetesObject("key to path"), { why: "objects with key and path" }),
  podFieldRule("volumes", "secret", "items"),
);
const optional = flag("whether it may be missing");
const defaultMode = number({ min: 0, max: 0o777, why: "a file mode" });

/** Sources of a volume whose content is left to the Kubernetes API. */
const OTHER_SOURCES =
  "awsElasticBlockStore azureDisk azureFile cephfs cinder csi downwardAPI ephemeral fc flexVolume flocker gcePersistentDisk gitRepo " +
  "glusterfs image iscsi nfs photonPersistentDisk portworxVolume projected quobyte rbd scaleIO storageos vsphereVolume";

/** Validation rules for the values of a volume's sources that need no other field. */
export const SOURCE_VALUES = {
  configMap: { name: objectName("a ConfigMap"), optional },
  emptyDir: {
    medium: text(/^(Memory|HugePages.*|)$/, "Memory, or HugePages-SIZE", "the disk is the default"),
    sizeLimit: quantityRule,
  },
  hostPath: {
    path: text(/^\/(?!(.*\/)?\.\.(\/|$))/, "an absolute path without ..", "a folder of the node"),
    type: text(
      /^((Directory|File)(OrCreate)?|Socket|CharDevice|BlockDevice|)$/,
      "Directory, DirectoryOrCreate, File, FileOrCreate, Socket, CharDevice or BlockDevice",
      "what must be there",
    ),
  },
  persistentVolumeClaim: { claimName: objectName("a claim"), readOnly: flag("whether it is read-only") },
  secret: { secretName: objectName("a Secret"), optional },
};

const { configMap, emptyDir, hostPath, persistentVolumeClaim, secret } = SOURCE_VALUES;

/** The sources of a volume. */
const VOLUME_SOURCES: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    OTHER_SOURCES.split(" ").map((source) => [
      source,
      and(kubernetesObject("volume source"), podFieldRule("volumes", source)),
    ]),
  ),
  configMap: shape({ ...configMap, items, defaultMode }, ["name"]),
  emptyDir: shape(emptyDir),
  hostPath: shape(hostPath, ["path"]),
  persistentVolumeClaim: shape(persistentVolumeClaim, ["claimName"]),
  secret: shape({ ...secret, items, defaultMode }, ["secretName"]),
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
    volumeFilesRule(path, value, problems);
  },
);

/** Validation rules for a part of a volume that is mounted. */
export const subPath = text(pathInVolume, "a relative path without ..", "a folder or a file in the volume");

/** Validation rules for the mount of a volume. */
export const volumeMountRule = and(
  shape(
    {
      name: text(/./, "a volume name", "the volume to mount"),
      mountPath: text(
        (folder) => /^\/[^:]*$/.test(folder) && !isReservedPath(folder),
        "an absolute path without : that is not reserved for the worker",
        "/batch, /run/batch, /app/batch and /etc/postgresql-ca are reserved",
      ),
      subPath,
      subPathExpr: subPath,
      readOnly: flag("whether it is read-only"),
      recursiveReadOnly: text(
        /^(Disabled|IfPossible|Enabled)$/,
        "Disabled, IfPossible or Enabled",
        "a mount's folders",
      ),
      mountPropagation: text(
        /^(None|HostToContainer|Bidirectional)$/,
        "None, HostToContainer or Bidirectional",
        "mounts within the mount",
      ),
    },
    ["name", "mountPath"],
  ),
  and(atMostOne(["subPath", "subPathExpr"], "both are the folder in the volume"), (path, value, problems) => {
    const { recursiveReadOnly = "Disabled", readOnly = false } = value as Record<string, unknown>;
    if (recursiveReadOnly !== "Disabled" && readOnly === false && !isLater(recursiveReadOnly))
      problems.push(
        `${path}.readOnly must be true with recursiveReadOnly ${recursiveReadOnly} (Kubernetes' rule); got false`,
      );
  }),
);
