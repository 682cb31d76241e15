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
    test(`is accepted at version ${version}`, () => checkKeda(labelled(version)));

  test("is accepted without a version label if its CRD has the needed fields", () => {
    checkKeda({ ...SCALED_JOB_CRD, metadata: {} });
    checkKeda({ spec: SCALED_JOB_CRD.spec });
  });

  for (const version of ["2.11.2", "2.3.0", "1.5.0", "v2.4.0"])
    test(`is refused at version ${version}, with a message that names it and the oldest supported version`, () =>
      assert.throws(() => checkKeda(labelled(version)), {
        message: new RegExp(`must be ${OLDEST_KEDA} or newer .*; got ${version}\\.`),
      }));

  test("is refused if its ScaledJobs have no gradual rollout, because every change would delete running Jobs", () => {
    const spec = JSON.parse(JSON.stringify(SCALED_JOB_CRD.spec));
    assert.ok(delete spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.rollout);
    const message = /got a CRD without spec\.rollout\.strategy\./;
    assert.throws(() => checkKeda({ ...SCALED_JOB_CRD, spec }), { message });
  });

  test("is refused if its CRD lacks the needed fields", () => {
    assert.throws(() => checkKeda({ spec: {} }), { message: /scaledjobs\.keda\.sh must have/ });
  });
});
