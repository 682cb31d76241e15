import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { configFlag, isRefreshFlag } from "./pulumiArgs.ts";

describe("Pulumi's arguments", () => {
  for (const [args, value] of [
    [[], undefined],
    [["--config", "pollingInterval=5"], undefined],
    [["--config", "postgres-batch:kubernetesContext=kind-kind"], "kind-kind"],
    [["-c", "kubernetesContext=a", "-c=kubernetesContext=b=c"], "b=c"],
  ] as const) {
    test(`finds in ${JSON.stringify(args)} the context ${value}`, () => {
      assert.equal(configFlag(args, "kubernetesContext"), value);
    });
  }

  for (const [arg, refreshes] of [
    ["--refresh", true],
    ["-r", true],
    ["--refresh=true", true],
    ["--refresh=false", false],
    ["--refresher", false],
  ] as const) {
    test(`${arg} ${refreshes ? "asks" : "does not ask"} for a refresh`, () => {
      assert.equal(isRefreshFlag(arg), refreshes);
    });
  }
});
