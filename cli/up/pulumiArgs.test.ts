import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { configFileArgs, configFlag, isRefreshFlag } from "./pulumiArgs.ts";

describe("Pulumi's arguments", () => {
  for (const [args, value] of [
    [[], undefined],
    [["--config", "pollingInterval=5"], undefined],
    [["--config", "postgres-batch:kubernetesContext=kind-kind"], "kind-kind"],
    [["-c", "kubernetesContext=a", "-c=kubernetesContext=b=c"], "b=c"],
    [["-ckubernetesContext=kind-kind", "--config-file", "kubernetesContext=a"], "kind-kind"],
  ] as const) {
    test(`finds in ${JSON.stringify(args)} the context ${value}`, () => {
      assert.equal(configFlag(args, "kubernetesContext"), value);
    });
  }

  for (const [args, file] of [
    [["--config", "a=b", "-c", "--config-file"], []],
    [
      ["--config-file", "a.yaml"],
      ["--config-file", "a.yaml"],
    ],
    [
      ["--config-file=a.yaml", "--diff", "--config-file=b.yaml"],
      ["--config-file", "b.yaml"],
    ],
  ] as const) {
    test(`in ${JSON.stringify(args)} the settings are read with ${JSON.stringify(file)}`, () => {
      assert.deepEqual(configFileArgs(args), file);
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
