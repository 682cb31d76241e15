import { RunError } from "@pulumi/pulumi";
import { toFields } from "./rule.ts";

/** The oldest KEDA whose PostgreSQL scaler uses pgx, as the tested version does ([charts.ts](charts.ts)). */
export const OLDEST_KEDA = "2.12.0";

/** The cluster's CRD of ScaledJob. */
interface ScaledJobCrd {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } | undefined;
  readonly spec?: unknown;
}

/** Fields that a batch's ScaledJob needs, as paths below `spec`. */
const NEEDED_FIELDS = ["rollout.strategy", "jobTargetRef", "maxReplicaCount", "pollingInterval", "triggers"];

/**
 * Checks that the KEDA of a cluster supports batches: by the version in its CRD's labels, and by the
 * fields that the CRD has.
 *
 * @throws RunError naming the version, or the fields that are missing.
 */
export function checkKeda(crd: ScaledJobCrd): void {
  const version = crd.metadata?.labels?.["app.kubernetes.io/version"];
  if (version !== undefined && isOlder(version, OLDEST_KEDA)) {
    throw new RunError(
      `the existing KEDA must be ${OLDEST_KEDA} or newer (older versions use another PostgreSQL client); got ${version}. ` +
        "Upgrade it, or remove keda.existing if the cluster has no other KEDA",
    );
  }
  const missing = NEEDED_FIELDS.filter((path) => !hasField(crd.spec, path.split(".")));
  if (missing.length > 0) {
    throw new RunError(
      `the CRD scaledjobs.keda.sh must have ${NEEDED_FIELDS.map((path) => `spec.${path}`).join(", ")} (a batch's ScaledJob sets them); ` +
        `got a CRD without ${missing.map((path) => `spec.${path}`).join(", ")}. Upgrade KEDA to ${OLDEST_KEDA} or newer`,
    );
  }
}

/** Compares `major.minor.patch`; anything else (`main`, a digest) counts as new enough. */
function isOlder(version: string, than: string): boolean {
  const numbers = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  if (numbers === undefined) return false;
  const minimum = than.split(".").map(Number);
  const at = numbers.findIndex((number, index) => number !== minimum[index]);
  return at !== -1 && (numbers[at] ?? 0) < (minimum[at] ?? 0);
}

function hasField(spec: unknown, path: readonly string[]): boolean {
  const { versions = [] } = toFields(spec) as {
    versions?: { name: string; schema?: { openAPIV3Schema?: unknown } }[];
  };
  let node: unknown = versions.find(({ name }) => name === "v1alpha1")?.schema?.openAPIV3Schema;
  for (const key of ["spec", ...path]) {
    const { properties } = toFields(node) as { properties?: Record<string, unknown> };
    node = properties?.[key];
  }
  return node !== undefined;
}
