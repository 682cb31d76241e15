import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { configureStack } from "../support/pulumi/configureStack.ts";
import { mockEngine, recordProgram } from "../support/pulumi/recordResources.ts";
import { SCALED_JOB_CRD } from "../support/pulumi/validateScaledJob.ts";

const LABELS = { team: "shop" };
const ANNOTATIONS = { "shop.example/template": "{{ with secret }}" };

const SETTINGS = {
  keda: { existing: { namespace: "keda" } },
  database: { existing: { host: "db.example", database: "shop", admin: { user: "owner", secretName: "owner" } } },
  image: { build: { registry: "registry.example/team" } },
  pod: { labels: LABELS, annotations: ANNOTATIONS },
  batches: [
    { kind: "page", table: "pages" },
    { kind: "big_page", table: "pages", image: "pages:1", command: ["work"] },
  ],
};

await mockEngine({ "scaledjobs.keda.sh": SCALED_JOB_CRD });
configureStack(SETTINGS);
const { resources } = await recordProgram(() => import("../../index.ts"));

/** The dependencies of a top-level resource, as `TYPE NAME`. */
function dependencies(type: string, name: string): readonly string[] {
  return resources.find((one) => one.type.endsWith(`:${type}`) && one.name === name)?.dependsOn ?? [];
}

/** What the program creates on the cluster: everything but what it only reads. */
const created = resources.filter(({ type, inputs }) => type.startsWith("kubernetes:") && "metadata" in inputs);

describe("a stack with a registry, an existing KEDA and an existing PostgreSQL", () => {
  test("creates nothing before the images are pushed and KEDA is checked, which may be refused", () => {
    const first = ["WorkerImage postgres-batch", "WorkerImage postgres-batch-runner"];
    assert.deepEqual([...dependencies("Keda", "keda")].sort(), first);
    assert.deepEqual([...dependencies("Postgres", "postgres")].sort(), ["Keda keda", ...first]);
    assert.ok(dependencies("SchemaMigration", "schema-migration").includes("Postgres postgres"));
    for (const batch of ["page", "big-page"])
      assert.ok(dependencies("BatchScaledJob", batch).includes("SchemaMigration schema-migration"), batch);
  });

  test("puts its labels and annotations on every object and every pod", () => {
    const kinds = new Set(created.map(({ type }) => type.split(":").at(-1)));
    assert.deepEqual([...kinds].sort(), ["Job", "Namespace", "ScaledJob", "Secret", "TriggerAuthentication"]);
    const inputs = created.map(({ inputs: one }) => one);
    const pods = inputs.flatMap(({ spec }) => spec?.template ?? spec?.jobTargetRef?.template ?? []);
    assert.equal(pods.length, 1 + SETTINGS.batches.length);
    for (const { metadata } of [...inputs, ...pods])
      assert.partialDeepStrictEqual(metadata, { labels: LABELS, annotations: ANNOTATIONS });
  });
});
