import { isIP } from "node:net";
import { imageReferenceRule } from "./chartRules.ts";
import { quantityRule, SOURCE_VALUES, spreadsRule, subPath } from "./kubernetesRules.ts";
import { labelValue, nodeLabel, objectName } from "./nameRules.ts";
import { isDevice } from "./resourcesRule.ts";
import { and, known, list, map, number, type Rule, text } from "./rule.ts";
import { selectorsRule } from "./selectorsRule.ts";
import { variableValueRule } from "./variableValueRule.ts";
import { volumeFilesRule } from "./volumeFilesRule.ts";

/*
 * Values within a patch that Kubernetes refuses only when KEDA creates a Job. Which fields exist, and their types, is checked
 * before; null removes a field.
 */

/** An object of which only these fields are checked. */
function fields(rules: Readonly<Record<string, Rule>>): Rule {
  return known((path, value, problems) => {
    for (const [name, rule] of Object.entries(rules)) {
      const inner = (value as Readonly<Record<string, unknown>> | null)?.[name];
      if (inner !== undefined && inner !== null) rule(`${path}.${name}`, inner, problems);
    }
  });
}

const port = number({ min: 1, max: 65_535, why: "a TCP port" });

/** A number, or the name of a port of the container. */
const portOrName: Rule = (path, value, problems) =>
  typeof value === "string"
    ? text(
        /^(?=.*[a-z])(?!.*--)[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/,
        'a port\'s name of at most 15 characters from a-z, 0-9 and "-", or a number',
        "Kubernetes' rule for ports",
      )(path, value, problems)
    : port(path, value, problems);

const oneOf = (values: readonly string[], why: string) =>
  text((value) => values.includes(value), values.join(", ").replace(/, (?=[^,]*$)/, " or "), why);

const count = number({ min: 0, max: 2_147_483_647, why: "0 is the default" });

const probe = fields({
  httpGet: fields({ port: portOrName, scheme: oneOf(["HTTP", "HTTPS"], "how the probe asks") }),
  tcpSocket: fields({ port: portOrName }),
  initialDelaySeconds: count,
  periodSeconds: count,
  timeoutSeconds: count,
  successThreshold: count,
  failureThreshold: count,
});

const label = (why: string) =>
  text(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, '1 to 63 characters from a-z, 0-9 and "-"', why);

/** A quantity may be a number in YAML, and null removes one. */
const quantity: Rule = known((path, value, problems) => {
  const isNumber = typeof value === "number" && Number.isFinite(value) && value >= 0;
  if (value !== null && !isNumber) quantityRule(path, value, problems);
});

const resourceName = text(
  (resource) => isDevice(resource) || ["cpu", "memory", "ephemeral-storage"].includes(resource),
  "cpu, memory, ephemeral-storage, or a resource name with a prefix (nvidia.com/gpu)",
  "Kubernetes has no other for containers",
);
const quantities = map(resourceName, quantity, "resource names and quantities");

const address = text((value) => isIP(value) !== 0, "an IP address", "Kubernetes' rule");
const profile = fields({
  type: oneOf(["RuntimeDefault", "Localhost", "Unconfined"], "the profile that restricts system calls or files"),
});
const profiles = { seccompProfile: profile, appArmorProfile: profile };
const userId = number({ min: 0, max: 2_147_483_647, why: "a user's id" });

/** What a variable gets from the pod. */
const valueFrom = fields({
  fieldRef: fields({
    fieldPath: text(
      /^(metadata\.(name|namespace|uid|(labels|annotations)\['.+'\])|spec\.(nodeName|serviceAccountName)|status\.(host|pod)IPs?)$/,
      "metadata.name, metadata.labels['NAME'], spec.nodeName, status.podIP, or another field that Kubernetes gives to variables",
      "it gives no other",
    ),
  }),
  resourceFieldRef: fields({
    resource: text(
      /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)$/,
      "limits. or requests. and cpu, memory or ephemeral-storage",
      "Kubernetes gives no other to variables",
    ),
  }),
});

const container = fields({
  name: label("a container's name"),
  image: imageReferenceRule("nodes pull it"),
  imagePullPolicy: oneOf(["Always", "IfNotPresent", "Never"], "when nodes pull the image"),
  restartPolicy: oneOf(["Always", "OnFailure", "Never"], "with Always an init container is a sidecar"),
  env: list(
    fields({
      name: text(/^[A-Za-z_][\w.-]*$/, "a variable's name", "letters, digits, _, . and -, no digit first"),
      value: variableValueRule,
      valueFrom,
    }),
    { why: "variables" },
  ),
  ports: list(
    fields({
      ...{ containerPort: port, hostPort: port, name: portOrName },
      protocol: oneOf(["TCP", "UDP", "SCTP"], "the port's protocol"),
    }),
    { why: "ports" },
  ),
  volumeMounts: list(fields({ subPath, subPathExpr: subPath }), { why: "mounts" }),
  terminationMessagePolicy: oneOf(["File", "FallbackToLogsOnError"], "where a failure's reason is"),
  securityContext: fields({ runAsUser: userId, runAsGroup: userId, ...profiles }),
  resources: fields({ requests: quantities, limits: quantities }),
  readinessProbe: probe,
  livenessProbe: probe,
  startupProbe: probe,
});

/** null removes a label. */
const nodeLabelValue: Rule = (path, value, problems) => {
  if (value !== null) labelValue(path, value, problems);
};

const { emptyDir, ...otherSources } = SOURCE_VALUES;
const sources = {
  ...Object.fromEntries(Object.entries(otherSources).map(([source, rules]) => [source, fields(rules)])),
  emptyDir: fields({ ...emptyDir, sizeLimit: quantity }),
};

/** Validation rules for the values in a patch. */
export const patchValuesRule: Rule = fields({
  serviceAccountName: objectName("a service account in the namespace of the batches"),
  priorityClassName: objectName("a priority class of the cluster"),
  runtimeClassName: objectName("a runtime class of the cluster"),
  nodeSelector: map(nodeLabel, nodeLabelValue, "node labels"),
  affinity: selectorsRule,
  topologySpreadConstraints: spreadsRule,
  hostname: label("the pod's name in its containers"),
  subdomain: label("a headless service's name"),
  volumes: list(and(fields({ name: label("a volume's name"), ...sources }), volumeFilesRule), { why: "volumes" }),
  dnsConfig: fields({
    nameservers: list(address, { why: "name servers" }),
    options: list(fields({ name: text(/./, "an option's name", "how names are resolved") }), { why: "options" }),
  }),
  hostAliases: list(fields({ ip: address, hostnames: list(objectName("a host"), { why: "host names" }) }), {
    why: "hosts",
  }),
  preemptionPolicy: oneOf(["Never", "PreemptLowerPriority"], "whether other pods make room"),
  securityContext: fields({
    runAsUser: userId,
    runAsGroup: userId,
    fsGroup: userId,
    ...profiles,
    fsGroupChangePolicy: oneOf(["Always", "OnRootMismatch"], "when the owner of a volume's files is changed"),
  }),
  dnsPolicy: oneOf(["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"], "how names are resolved"),
  containers: list(container, { why: "containers" }),
  initContainers: list(container, { why: "containers" }),
});
