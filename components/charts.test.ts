import assert from "node:assert/strict";
import { test } from "node:test";
import { resolveChart } from "./charts.ts";

const pin = { name: "keda", version: "2.20.2" };
const sources = {
  "https://charts.example/stable": {
    chart: "keda",
    version: "2.20.2",
    repositoryOpts: { repo: "https://charts.example/stable" },
  },
  "http://charts.example": { chart: "keda", version: "2.20.2", repositoryOpts: { repo: "http://charts.example" } },
  "oci://registry.example/charts/keda": { chart: "oci://registry.example/charts/keda", version: "2.20.2" },
  "../charts/keda.tgz": { chart: "../charts/keda.tgz", version: "2.20.2" },
};

for (const [source, reference] of Object.entries(sources))
  test(`a chart from ${source} has the pinned version`, () => assert.deepEqual(resolveChart(source, pin), reference));
