import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { onlyProblem, ruleProblems } from "../tests/support/pulumi/problems.ts";
import { SETTING_RULES } from "./batchRules.ts";
import { podRule } from "./podRules.ts";
import { shape } from "./rule.ts";

const RULE = shape({ ...SETTING_RULES, pod: podRule(false) });
const problems = (value: unknown) => ruleProblems(RULE, "", value);

describe("text that YAML reads as a number or a boolean, since it is not in quotes,", () => {
  const unquoted: Record<string, object> = {
    "cpu must be a CPU quantity from 10m to 64, in quotes (": { cpu: 1 },
    "pod.resources.limits.cpu must be a Kubernetes quantity, in quotes (": {
      pod: { resources: { limits: { cpu: 2 } } },
    },
    "pod.labels.version must be a label value, in quotes (": { pod: { labels: { version: 2 } } },
    "pod.annotations.scrape must be a string, in quotes (": { pod: { annotations: { scrape: false } } },
    "pod.nodeSelector.gpu must be a label value, in quotes (": { pod: { nodeSelector: { gpu: true } } },
  };
  for (const [says, value] of Object.entries(unquoted)) {
    test(`is refused with the advice to quote it: ${JSON.stringify(value)}`, () => {
      const message = onlyProblem(problems(value));
      assert.ok(message.startsWith(says), message);
    });
  }

  test("is refused without that advice where quotes do not help", () => {
    assert.match(problems({ cpu: 100 })[0] ?? "", /^cpu must be a CPU quantity from 10m to 64 \(/);
  });
});
