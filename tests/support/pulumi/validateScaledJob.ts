import { readFileSync } from "node:fs";
import { type Schema, Validator } from "@cfworker/json-schema";

/**
 * The schema of ScaledJob `v1alpha1`, taken without its descriptions from the CRD that the pinned chart renders:
 * `helm template CHART --show-only templates/crds/crd-scaledjobs.yaml`.
 */
const { chart, schema } = JSON.parse(readFileSync(new URL("scaledJobCrd.json", import.meta.url), "utf8")) as {
  readonly chart: string;
  readonly schema: Schema;
};

/** The chart that the CRD comes from, `name-version`. */
export const SCHEMA_CHART = chart;

/** The CRD as installed on a cluster, with its version in a label. */
export const SCALED_JOB_CRD = {
  metadata: { name: "scaledjobs.keda.sh", labels: { "app.kubernetes.io/version": chart.replace(/^.*-/, "") } },
  spec: { versions: [{ name: "v1alpha1", schema: { openAPIV3Schema: schema } }] },
};

interface Properties {
  readonly [name: string]: { readonly properties?: Properties; readonly items?: { readonly properties?: Properties } };
}

/** The schema of a Job's pod. */
export const POD_SCHEMA = ["spec", "jobTargetRef", "template", "spec"].reduce<{ readonly properties?: Properties }>(
  (node, field) => node.properties?.[field] ?? {},
  schema as { readonly properties?: Properties },
);

/** The fields of a Job's pod. */
export const POD_FIELDS: Properties = POD_SCHEMA.properties ?? {};

const validator = new Validator(forbidUnknownFields(schema), "7", false);

/** What the API server would refuse or drop; empty if it accepts everything. */
export function validateScaledJob(body: unknown): string[] {
  return validator
    .validate(JSON.parse(JSON.stringify(body)))
    .errors.map(({ instanceLocation, error }) => `${instanceLocation} ${error}`);
}

/** A structural schema drops unknown fields; here they are errors. */
function forbidUnknownFields(node: Schema): Schema {
  const closed: Schema = {};
  for (const [key, value] of Object.entries(node))
    closed[key] = key === "properties" ? forbidInProperties(value) : forbidInside(value);
  if (node.properties && !node["x-kubernetes-preserve-unknown-fields"]) closed.additionalProperties ??= false;
  return closed;
}

function forbidInProperties(properties: Record<string, Schema>): Record<string, Schema> {
  return Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, forbidUnknownFields(inner)]));
}

function forbidInside(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(forbidInside);
  return typeof value === "object" && value !== null ? forbidUnknownFields(value as Schema) : value;
}
