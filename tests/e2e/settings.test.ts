import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { settingsFrom } from "./settings.ts";

const keys = ["pollingInterval", "kedaChart", "backoffLimit", "kubernetesContext"];

describe("settingsFrom", () => {
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
