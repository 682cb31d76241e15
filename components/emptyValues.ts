import { isObject } from "./rule.ts";

/** Fields that Kubernetes writes only if they are true. It distinguishes false from nothing in all others. */
const WRITTEN_IF_TRUE: readonly string[] = ["hostIPC", "hostNetwork", "readOnly", "stdin", "stdinOnce", "tty"];

/** Lists that Kubernetes keeps even if they are empty. */
const REQUIRED_LISTS: readonly string[] = ["containers", "nodeSelectorTerms", "sources"];

/** Lists whose elements may have an empty `value`, which means the same as none. */
const VALUES: readonly string[] = ["env", "tolerations"];

/**
 * Removes what Kubernetes leaves out of a pod's spec: empty values of variables and tolerations, empty lists, and some fields that are
 * false. KEDA writes its objects back without them, so every pulumi up would add them again.
 */
export function withoutEmptyValues<Spec extends object>(spec: Spec): Spec {
  return strip(spec, "") as Spec;
}

function strip(value: unknown, list: string): unknown {
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([field, inner]) => !isEmpty(field, inner, list));
  return Object.fromEntries(
    kept.map(([field, inner]) => [
      field,
      Array.isArray(inner) ? inner.map((item) => strip(item, field)) : strip(inner, ""),
    ]),
  );
}

function isEmpty(field: string, value: unknown, list: string): boolean {
  if (Array.isArray(value)) return value.length === 0 && !REQUIRED_LISTS.includes(field);
  if (value === false) return WRITTEN_IF_TRUE.includes(field);
  return value === undefined || (value === "" && field === "value" && VALUES.includes(list));
}
