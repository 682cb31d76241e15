import { quantityRule } from "./kubernetesRules.ts";
import { isQualifiedName } from "./nameRules.ts";
import { quantityValue } from "./quantity.ts";
import { and, isLater, map, type Rule, shape, text, toFields } from "./rule.ts";

type Part = Readonly<Record<string, unknown>>;

/** Validation rules for `resources`; the settings `cpu` and `memory` are not part of it. */
export const resourcesRule = and(
  shape({ requests: amounts(["cpu", "memory"]), limits: amounts(["memory"]) }),
  (path, value, problems) => {
    problems.push(...resourceProblems(path, value as Part));
  },
);

/** Kubernetes refuses a request above its limit, one that differs from the limit of a device, and a fraction of a device. */
export function* resourceProblems(path: string, resources: Part): Iterable<string> {
  const { requests, limits } = resources;
  // Limits that are known only during the deployment are checked then.
  if (isLater(limits)) return;
  for (const [resource, amount] of Object.entries({ ...toFields(limits), ...toFields(requests) })) {
    const limit = toFields(limits)[resource];
    if (!isAmount(amount) || isLater(limit)) continue;
    const [least, most] = [amount, limit].map((each) => quantityValue(String(each))) as [number, number];
    // The rule of quantities reports it.
    if (Number.isNaN(least)) continue;
    const got = `got ${JSON.stringify(limit) ?? "nothing"} and ${JSON.stringify(amount)}`;
    if (resource.includes("/") && !Number.isInteger(least))
      yield `${path}: ${resource} must be a whole number (devices are not divided); got ${JSON.stringify(amount)}`;
    else if (isDevice(resource) && least !== most)
      yield `${path}.limits.${resource} must be the same as in requests (no pod gets more); ${got}`;
    else if (isAmount(limit) && most < least)
      yield `${path}.limits.${resource} must be at least the request (Kubernetes refuses such pods); ${got}`;
  }
}

/** A quantity that is known now; a patch may have it as a number. */
export function isAmount(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}

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
