import { canonicalQuantity } from "./canonicalQuantity.ts";
import { isObject } from "./rule.ts";

/** Fields of a pod's spec that are quantities by resource. */
const AMOUNTS: readonly string[] = ["requests", "limits", "overhead"];

/** Fields that are one quantity. */
const AMOUNT: readonly string[] = ["sizeLimit", "divisor"];

/**
 * Writes the quantities of a pod's spec as Kubernetes does. KEDA writes its objects back, and then owns the fields that this changes: the
 * next pulumi up would find a difference, and its own change would be a conflict.
 */
export function withCanonicalQuantities<Spec extends object>(spec: Spec): Spec {
  return write(spec) as Spec;
}

function write(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(write);
  if (!isObject(value)) return value;
  return mapValues(value, (inner, field) => {
    if (AMOUNTS.includes(field) && isObject(inner)) return mapValues(inner, writeAmount);
    return AMOUNT.includes(field) ? writeAmount(inner) : write(inner);
  });
}

function writeAmount(value: unknown): unknown {
  return typeof value === "string" || typeof value === "number" ? canonicalQuantity(String(value)) : value;
}

function mapValues(fields: Readonly<Record<string, unknown>>, map: (value: unknown, field: string) => unknown) {
  return Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, map(value, field)]));
}
