import assert from "node:assert/strict";
import { test } from "node:test";
import { unknownValues } from "../tests/support/pulumi/chartValues.ts";
import { KEDA_CHART } from "./charts.ts";
import { kedaValues } from "./kedaValues.ts";

const values = kedaValues({
  imageRegistry: "mirror.example",
  imagePullSecrets: ["mirror"],
  labels: { team: "shop" },
  annotations: { owner: "shop" },
});

test("every value exists in the pinned chart", () => {
  assert.deepEqual(unknownValues(KEDA_CHART, values), []);
  assert.deepEqual(unknownValues(KEDA_CHART, { operators: {}, operator: { readiness: {} } }), [
    "operators",
    "operator.readiness",
  ]);
});

test("a label app stays off the chart's pods, whose selectors it would break", () => {
  const labelled = kedaValues({ imageRegistry: "mirror.example", labels: { app: "shop", team: "shop" } });
  assert.deepEqual(labelled.additionalLabels, { team: "shop" });
});

test("the operator leaves a lost node 10 s after Kubernetes noticed the loss", () => {
  assert.deepEqual(
    values.tolerations.map(({ key, effect, tolerationSeconds }) => [key, effect, tolerationSeconds]),
    [
      ["node.kubernetes.io/not-ready", "NoExecute", 10],
      ["node.kubernetes.io/unreachable", "NoExecute", 10],
    ],
  );
});

test("a poll waits at most 2 s for a server that does not answer, images come from the registry, and no metrics server is installed", () => {
  assert.deepEqual(values.env, [{ name: "PGCONNECT_TIMEOUT", value: "2" }]);
  assert.deepEqual(values.global, { image: { registry: "mirror.example" } });
  assert.deepEqual(values.image, { pullPolicy: "IfNotPresent" });
  assert.deepEqual(values.metricsServer, { enabled: false });
});
