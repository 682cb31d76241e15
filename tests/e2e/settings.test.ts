import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { settingsFrom, toConfig, toVariable } from "./settings.ts";

const keys = ["pollingInterval", "kedaChart", "backoffLimit", "kubernetesContext"];

describe("settingsFrom", () => {
  test("a config key's variable is E2E_ and its words", () =>
    assert.equal(toVariable("kedaImageRegistry"), "E2E_KEDA_IMAGE_REGISTRY"));

  test("applies the environment's values, names the context, keeps every Job", () => {
    const settings = settingsFrom({ E2E_KEDA_CHART: "./keda.tgz", PATH: "/bin", E2E_BACKOFF_LIMIT: "" }, keys, "kind");
    assert.equal(settings.kedaChart, "./keda.tgz");
    assert.equal(settings.kubernetesContext, "kind");
    assert.equal(settings.backoffLimit, undefined);
    assert.equal(settings.successfulJobsHistoryLimit, "200");
  });

  for (const name of ["E2E_KEDA", "E2E_POLLING_INTERVAL", "E2E_KUBERNETES_CONTEXT"]) {
    test(`refuses ${name} by name`, () =>
      assert.throws(() => settingsFrom({ [name]: "x" }, keys, "kind"), new RegExp(name)));
  }
});

describe("toConfig", () => {
  test("keeps texts and numbers as they are written, and reads objects and lists", () => {
    const settings = { cpu: "50m", pollingInterval: "5", image: '{"existing":"a/b:1"}', batches: "[]" };
    assert.deepEqual(toConfig(settings), {
      "postgres-batch:cpu": "50m",
      "postgres-batch:pollingInterval": "5",
      "postgres-batch:image": { existing: "a/b:1" },
      "postgres-batch:batches": [],
    });
  });

  test("refuses what only looks like an object", () =>
    assert.throws(() => toConfig({ image: "{existing" }), SyntaxError));
});
