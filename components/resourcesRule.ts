import { quantityRule } from "./kubernetesRules.ts";
import { isQualifiedName } from "./nameRules.ts";
import { quantityValue } from "./quantity.ts";
import { and, isObject, map, type Rule, shape, text } from "./rule.ts";

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
  const others = ["cpu", "ephemeral-storage"].filter((resource) => !taken.includes(resource));
  return map(
    text(
      (resource) => isDevice(resource) || others.includes(resource),
      `a resource name other than ${taken.join(" and ")}: ${others.join(", ")}, or one with a prefix (nvidia.com/gpu)`,
      "the settings cpu and memory set them",
    ),
    quantityRule,
    "resource names and quantities",
  );
}

/** Kubernetes counts these in whole units, and gives no pod more than it requests. */
export function isDevice(resource: string): boolean {
  return isQualifiedName(resource) && (resource.includes("/") || resource.startsWith("hugepages-"));
}
