import { and, findTwice, list, type Rule, text } from "./rule.ts";

/** RFC 1123: the parts of a host name. */
const LABEL = "[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?";
const SUBDOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
const RELEASE = /^[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?$/;
const NAMESPACE = new RegExp(`^${LABEL}$`);
const MAX_SUBDOMAIN = 253;

/** The name of a label, an annotation or a resource, without its prefix. */
const QUALIFIED = /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;

/** Validation rules for the name of a Kubernetes object. */
export function objectName(why: string): Rule {
  return text(isSubdomain, 'a name of a-z, 0-9, "-" and "." (at most 253, and "-" and "." only between others)', why);
}

/** Validation rules for a pod's Secrets with registry credentials, in `namespace`. */
export function pullSecretNames(namespace: string): Rule {
  const names = list(objectName(`a Secret in ${namespace}`), { why: "Secret names" });
  return and(names, (path, value, problems) => {
    const twice = findTwice((value as unknown[]).filter((name) => typeof name === "string"));
    if (twice !== undefined)
      problems.push(`${path} must have different names (Kubernetes' rule); got ${JSON.stringify(twice)} twice`);
  });
}

/** Validation rules for the name of a namespace. */
export function namespaceName(why: string): Rule {
  return text(NAMESPACE, '1 to 63 characters from a-z, 0-9 and "-"', why);
}

/** Validation rules for a name that begins the names of other objects, so that its length is limited. */
export function prefixName(max: number, why: string): Rule {
  return text(
    (name) => /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name) && name.length <= max,
    `1 to ${max} characters from a-z, 0-9 and "-", starting with a letter`,
    why,
  );
}

/** Namespaces that every cluster has; Kubernetes refuses to delete most of them. */
const BUILT_IN_NAMESPACES = /^(default|kube-system|kube-public|kube-node-lease)$/;

/** A namespace that is created, and deleted at the end with everything in it. */
export const unusedNamespace = text(
  (name) => !BUILT_IN_NAMESPACES.test(name),
  "none of Kubernetes' own namespaces",
  "it is created, and deleted at the end with everything in it",
);

/** Validation rules for the name of a Helm release. */
export const releaseName = text(
  RELEASE,
  '1 to 53 characters from a-z, 0-9 and "-", starting and ending with a letter or digit',
  "Helm's rule for releases",
);

/** Whether it is a valid label, annotation or resource name: `name`, or `prefix.example/name`. */
export function isQualifiedName(text: string): boolean {
  const [first = "", second, ...more] = text.split("/");
  if (second === undefined) return QUALIFIED.test(first);
  return more.length === 0 && isSubdomain(first) && QUALIFIED.test(second);
}

/** Validation rules for the name of a node's label. */
export const nodeLabel = text(isQualifiedName, "a label name", "it selects nodes");

/** Validation rules for the value of a label. */
export const labelValue = text(
  /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/,
  "a label value",
  "at most 63 letters, digits, -, _ and .",
);

function isSubdomain(text: string): boolean {
  return SUBDOMAIN.test(text) && text.length <= MAX_SUBDOMAIN;
}
