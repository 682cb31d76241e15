import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cpuMillis, memoryMebibytes } from "./quantity.ts";

describe("cpuMillis", () => {
  const read = { "100m": 100, "1500m": 1_500, "0.5": 500, "0.001": 1, "2": 2_000, "1.234": 1_234 };
  for (const [text, millis] of Object.entries(read))
    test(`${text} is ${millis} millicores`, () => assert.equal(cpuMillis(text), millis));

  for (const text of ["", "m", "0.5m", "1.2345", "-1", "1e3", "1k", " 1", "1 core"])
    test(`${JSON.stringify(text)} is not a CPU quantity`, () => assert.equal(cpuMillis(text), Number.NaN));
});

describe("memoryMebibytes", () => {
  const read = { "128Mi": 128, "1Gi": 1_024, "1.5Gi": 1_536, "0.5Mi": 0.5 };
  for (const [text, mebibytes] of Object.entries(read))
    test(`${text} is ${mebibytes} MiB`, () => assert.equal(memoryMebibytes(text), mebibytes));

  // Kubernetes accepts more forms, but here they are most likely mistakes.
  for (const text of ["", "128", "128M", "128Ki", "1Ti", "Mi", "-1Mi", "1e3Mi", "1 Gi", "1.2345Gi"])
    test(`${JSON.stringify(text)} is not a supported memory quantity`, () =>
      assert.equal(memoryMebibytes(text), Number.NaN));
});
