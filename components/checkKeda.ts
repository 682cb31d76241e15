import { RunError } from "@pulumi/pulumi";
import { isObject } from "./rule.ts";

/** The oldest KEDA whose PostgreSQL scaler is pgx, as of the one that is tested ([charts.ts](charts.ts)). */
export const OLDEST_KEDA = "2.12.0";

/** The CRD of ScaledJob, as the cluster has it. */
export interface ScaledJobCrd {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } | undefined;
  readonly spec?: unknown;
}

/** What a batch's ScaledJob sets, by the path of its schema. */
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
      `the existing KEDA must be ${OLDEST_KEDA} or newer (older ones connect to PostgreSQL in another way); got ${version}. ` +
        "Upgrade it, or leave out keda.existing where no other KEDA is in the cluster",
    );
  }
  const missing = NEEDED_FIELDS.filter((path) => !hasField(crd.spec, path.split(".")));
  if (missing.length > 0) {
    throw new RunError(
      `the CRD scaledjobs.keda.sh must have ${NEEDED_FIELDS.map((path) => `spec.${path}`).join(", ")} (a batch's ScaledJob sets them); ` +
        `got none of ${missing.map((path) => `spec.${path}`).join(", ")}. Upgrade KEDA to ${OLDEST_KEDA} or newer`,
    );
  }
}

/** By the numbers of `major.minor.patch`; anything else (`main`, a digest) is not older. */
function isOlder(version: string, than: string): boolean {
  const numbers = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  if (numbers === undefined) return false;
  const least = than.split(".").map(Number);
  const different = numbers.findIndex((number, index) => number !== least[index]);
  return different !== -1 && (numbers[different] ?? 0) < (least[different] ?? 0);
}

function hasField(spec: unknown, path: readonly string[]): boolean {
  const { versions = [] } = (isObject(spec) ? spec : {}) as {
    versions?: { name: string; schema?: { openAPIV3Schema?: unknown } }[];
  };
  let node: unknown = versions.find(({ name }) => name === "v1alpha1")?.schema?.openAPIV3Schema;
  for (const key of ["spec", ...path]) {
    const { properties } = (isObject(node) ? node : {}) as { properties?: Record<string, unknown> };
    node = properties?.[key];
  }
  return node !== undefined;
}
