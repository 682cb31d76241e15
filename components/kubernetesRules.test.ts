import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { output } from "@pulumi/pulumi";
import { ruleProblems } from "../tests/support/pulumi/problems.ts";
import { POD_FIELDS } from "../tests/support/pulumi/validateScaledJob.ts";
import {
  affinityRule,
  spreadRule,
  spreadsRule,
  tolerationRule,
  volumeMountRule,
  volumeRule,
} from "./kubernetesRules.ts";

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
      const problems = ruleProblems(rule, "x", { unknown: 1 });
      const accepted = /must be one of (.*?) \(/.exec(problems.at(-1) ?? "")?.[1]?.split(", ") ?? [];
      assert.deepEqual(accepted.sort(), Object.keys(schema?.properties ?? {}).sort());
    });
  }
});

describe("spread constraints", () => {
  const spread = (topologyKey: unknown) => ({ maxSkew: 1, topologyKey, whenUnsatisfiable: "ScheduleAnyway" });
  const problems = (spreads: readonly unknown[]) => ruleProblems(spreadsRule, "x", spreads);

  test("are refused if two have the same key", () =>
    assert.deepEqual(problems([spread("zone"), spread("zone")]), [
      "x must have each topologyKey once for a whenUnsatisfiable (Kubernetes' rule); got zone with ScheduleAnyway twice",
    ]));

  test("are not taken for the same if their keys are known only during the deployment", () => {
    assert.deepEqual(problems([spread(output("zone")), spread(output("host")), spread("zone")]), []);
    assert.deepEqual(problems([output(spread("zone")), output(spread("host"))]), []);
  });
});
