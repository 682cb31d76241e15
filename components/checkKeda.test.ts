import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SCALED_JOB_CRD } from "../tests/support/pulumi/validateScaledJob.ts";
import { checkKeda, OLDEST_KEDA } from "./checkKeda.ts";

const labelled = (version: string) => ({
  ...SCALED_JOB_CRD,
  metadata: { labels: { "app.kubernetes.io/version": version } },
});

describe("an existing KEDA", () => {
  for (const version of [OLDEST_KEDA, "2.12.1", "2.20.2", "2.21.0", "3.0.0", "v2.20.2", "main", "2.20.2-rc1"])
    test(`may be ${version}`, () => checkKeda(labelled(version)));

  test("may have a CRD without a label, whose fields say enough", () => {
    checkKeda({ ...SCALED_JOB_CRD, metadata: {} });
    checkKeda({ spec: SCALED_JOB_CRD.spec });
  });

  for (const version of ["2.11.2", "2.3.0", "1.5.0", "v2.4.0"]) {
    test(`may not be ${version}, which the message names with the oldest one that works`, () =>
      assert.throws(() => checkKeda(labelled(version)), {
        message: new RegExp(`must be ${OLDEST_KEDA} or newer .*; got ${version}\\.`),
      }));
  }

  test("may not be one whose ScaledJobs have no gradual rollout: running Jobs would be deleted at every change", () => {
    const spec = structuredClone(SCALED_JOB_CRD.spec) as never as {
      versions: [{ schema: { openAPIV3Schema: never } }];
    };
    const { properties } = (spec.versions[0].schema.openAPIV3Schema as { properties: { spec: { properties: object } } })
      .properties.spec;
    delete (properties as { rollout?: object }).rollout;
    assert.throws(() => checkKeda({ ...SCALED_JOB_CRD, spec }), { message: /got none of spec\.rollout\.strategy\./ });
  });

  test("may not be something else under that name", () => {
    assert.throws(() => checkKeda({ spec: {} }), { message: /scaledjobs\.keda\.sh must have/ });
  });
});
