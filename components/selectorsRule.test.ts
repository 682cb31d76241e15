import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { output } from "@pulumi/pulumi";
import { configProblems } from "../tests/support/pulumi/configProblems.ts";
import { podProblems } from "../tests/support/pulumi/problems.ts";

const terms = (...nodeSelectorTerms: object[]) => ({
  nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
});
const nodes = (requirement: object) => terms({ matchExpressions: [{ key: "pool", ...requirement }] });
const preferred = (weight: number) => ({
  nodeAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight, preference: { matchExpressions: [{ key: "pool", operator: "Exists" }] } },
    ],
  },
});
const pods = (requirement: object) => {
  const labelSelector = { matchExpressions: [{ key: "app", ...requirement }], matchLabels: { operator: "a" } };
  return {
    podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "zone", labelSelector }] },
  };
};
const group = (more: object) => ({
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "zone", labelSelector: {}, ...more }],
  },
});
const GROUP = "podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]";
const NODE_TERM =
  "nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0]";
const POD_TERM = "podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector.matchExpressions[0]";

describe("the selectors of an affinity", () => {
  for (const affinity of [
    nodes({ operator: "In", values: ["batch"] }),
    nodes({ operator: "Gt", values: ["1"] }),
    nodes({ operator: output("in") }),
    nodes({ operator: "In", values: output([]) }),
    pods({ operator: "DoesNotExist" }),
    pods({ operator: "In", values: ["", "a_b.c"] }),
    nodes({ operator: "Lt", values: ["-5"] }),
    terms({ matchFields: [{ key: "metadata.name", operator: "In", values: ["node-1.example"] }] }),
    group({ matchLabelKeys: ["pod-template-hash"], mismatchLabelKeys: ["a.example/b"], namespaces: ["shop"] }),
    preferred(100),
  ])
    test(`may be ${JSON.stringify(affinity)}`, () => {
      assert.deepEqual(podProblems({ affinity }), []);
      assert.deepEqual(podProblems({ podSpecPatch: { affinity } }), []);
    });

  const wrong: Record<string, object> = {
    [`${NODE_TERM}.operator must be one of In, NotIn, Exists, DoesNotExist, Gt, Lt (how the values are compared); got "in"`]:
      nodes({ operator: "in", values: ["a"] }),
    [`${NODE_TERM}.values must be a list of 1 or more (In compares with them); got none`]: nodes({ operator: "In" }),
    [`${NODE_TERM}.values must come without the operator Exists (which compares with none); got both`]: nodes({
      operator: "Exists",
      values: ["a"],
    }),
    [`${NODE_TERM}.values must be one number in quotes (Gt compares with it); got 0`]: nodes({ operator: "Gt" }),
    [`${POD_TERM}.operator must be one of In, NotIn, Exists, DoesNotExist (how the values are compared); got "Gt"`]:
      pods({ operator: "Gt", values: ["1"] }),
    [`${NODE_TERM}.key must be a label name (it selects nodes or pods); got ""`]: nodes({
      key: "",
      operator: "Exists",
    }),
    [`${NODE_TERM}.values[1] must be a label value (at most 63 letters, digits, -, _ and .); got "b c"`]: nodes({
      operator: "In",
      values: ["a", "b c"],
    }),
    [`${NODE_TERM.replace("matchExpressions", "matchFields")}.key must be metadata.name (nodes have no other field to select by); got "pool"`]:
      terms({ matchFields: [{ key: "pool", operator: "In", values: ["a"] }] }),
    [`${POD_TERM}.values[0] must be a label value (at most 63 letters, digits, -, _ and .); got "-a"`]: pods({
      operator: "NotIn",
      values: ["-a"],
    }),
    [`${GROUP}.topologyKey must be a label name (it selects nodes or pods); got ""`]: group({ topologyKey: "" }),
    [`${GROUP}.matchLabelKeys[0] must be a label name (it selects nodes or pods); got "a b"`]: group({
      matchLabelKeys: ["a b"],
    }),
    [`${GROUP}.namespaces[0] must be 1 to 63 characters from a-z, 0-9 and "-" (pods in it are selected); got "Shop"`]:
      group({ namespaces: ["Shop"] }),
    [`${GROUP}.labelSelector.matchLabels.app must be a label value (at most 63 letters, digits, -, _ and .); got "a b"`]:
      group({ labelSelector: { matchLabels: { app: "a b" } } }),
    "nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms must be a list of 1 or more (no node would match); got an empty one":
      terms(),
    "nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight must be a whole number from 1 to 100 (Kubernetes' rule for weights); got 101":
      preferred(101),
  };
  for (const [says, affinity] of Object.entries(wrong))
    test(`are refused with one message: ${says}`, () => {
      assert.deepEqual(podProblems({ affinity }), [`pod.affinity.${says}`]);
      assert.deepEqual(podProblems({ podSpecPatch: { affinity } }), [`pod.podSpecPatch.affinity.${says}`]);
    });
});

test("a patch's placement is checked as that of a pod is", () => {
  for (const [says, podSpecPatch] of [
    ["nodeSelector.pool must be a label value", { nodeSelector: { pool: "a b" } }],
    ["serviceAccountName must be a name", { serviceAccountName: "A_B" }],
    ["priorityClassName must be a name", { priorityClassName: "A_B" }],
    ["topologySpreadConstraints[0].maxSkew must be a whole number", { topologySpreadConstraints: [{}] }],
    [
      "topologySpreadConstraints[0].whenUnsatisfiable must be DoNotSchedule",
      { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "Never" }] },
    ],
  ] as const) {
    const [message = ""] = podProblems({ podSpecPatch });
    assert.ok(message.startsWith(`pod.podSpecPatch.${says}`), message);
  }
  assert.deepEqual(podProblems({ podSpecPatch: { nodeSelector: { pool: null }, affinity: null } }), []);
});

test("a patch selects no nodes on which the pushed image cannot run", () => {
  const podSpecPatch = { nodeSelector: { "kubernetes.io/arch": "arm64" } };
  const image = { build: { registry: "registry.example", platform: "linux/amd64" } };
  assert.deepEqual(configProblems({ image, pod: { podSpecPatch } }), [
    'pod.podSpecPatch.nodeSelector.kubernetes.io/arch must be that of image.build.platform, linux/amd64 (the pushed image has one architecture); got "arm64"',
  ]);
});
