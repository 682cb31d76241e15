import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { POD_FIELDS } from "../tests/support/pulumi/validateScaledJob.ts";
import { affinityRule, spreadRule, tolerationRule, volumeMountRule, volumeRule } from "./kubernetesRules.ts";

const { volumes, tolerations, topologySpreadConstraints, affinity, containers } = POD_FIELDS;

describe("the keys that are accepted", () => {
  for (const [what, rule, schema] of [
    ["a volume", volumeRule, volumes?.items],
    ["a mount", volumeMountRule, containers?.items?.properties?.volumeMounts?.items],
    ["a toleration", tolerationRule, tolerations?.items],
    ["an affinity", affinityRule, affinity],
    ["a spread constraint", spreadRule, topologySpreadConstraints?.items],
  ] as const) {
    test(`in ${what} are those of the pinned KEDA's CRD, which drops all others`, () => {
      const problems: string[] = [];
      rule("x", { unknown: 1 }, problems);
      const accepted = /must be one of (.*?) \(/.exec(problems.at(-1) ?? "")?.[1]?.split(", ") ?? [];
      assert.deepEqual(accepted.sort(), Object.keys(schema?.properties ?? {}).sort());
    });
  }
});
