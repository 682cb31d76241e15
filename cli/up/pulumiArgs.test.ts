import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { configFileArgs, configFlag, configFlags, isPartFlag, isRefreshFlag } from "./pulumiArgs.ts";

describe("Pulumi's arguments", () => {
  for (const [args, value] of [
    [[], undefined],
    [["--config", "pollingInterval=5"], undefined],
    [["--config", "postgres-batch:kubernetesContext=kind-kind"], "kind-kind"],
    [["-c", "kubernetesContext=a", "-c=kubernetesContext=b=c"], "b=c"],
    [["-ckubernetesContext=kind-kind", "--config-file", "kubernetesContext=a"], "kind-kind"],
  ] as const)
    test(`finds in ${JSON.stringify(args)} the context ${value}`, () =>
      assert.equal(configFlag(args, "kubernetesContext"), value));

  for (const [words, values] of [
    ["", {}],
    ["--config a=1 --config=postgres-batch:b= -c c -c=a=2", { a: "2", b: "", c: "" }],
    ["-c image.build.registry=a", { "image.build.registry": "a" }],
    ["-c kubernetes:context=a -ca=b:c=d", { a: "b:c=d" }],
    [
      "--config-path -c image.build.registry=a:1 -c image.build.platform=linux/arm64 -c a=1",
      { image: '{"build":{"registry":"a:1","platform":"linux/arm64"}}', a: "1" },
    ],
    [
      '--config-path -c pod.labels["a.b/c"]=true -c batches[0].kind=a -c batches[0].maxReplicaCount=5',
      { pod: '{"labels":{"a.b/c":true}}', batches: '[{"kind":"a","maxReplicaCount":5}]' },
    ],
    ["--config-path=true -c a.b=010 -c a.c=1.5", { a: '{"b":"010","c":"1.5"}' }],
  ] as const)
    test(`finds in ${words} the settings ${JSON.stringify(values)}`, () =>
      assert.deepEqual(configFlags(words.split(" ")), values));

  for (const [words, file] of [
    ["--config a=b -c --config-file", []],
    ["--config-file a.yaml", ["--config-file", "a.yaml"]],
    ["--config-file=a.yaml --diff --config-file=b.yaml", ["--config-file", "b.yaml"]],
  ] as const)
    test(`in ${words} the settings are read with ${JSON.stringify(file)}`, () =>
      assert.deepEqual(configFileArgs(words.split(" ")), file));

  for (const [arg, refreshes] of [
    ["--refresh", true],
    ["-r", true],
    ["--refresh=true", true],
    ["--refresh=false", false],
    ["--refresher", false],
  ] as const)
    test(`${arg} ${refreshes ? "asks" : "does not ask"} for a refresh`, () =>
      assert.equal(isRefreshFlag(arg), refreshes));
});

test("a part of a stack is changed with a target, an exclusion or a preview only", () => {
  for (const arg of ["-t", "--target", "--target=urn:pulumi:x", "-x", "--exclude=urn:pulumi:x", "--preview-only"])
    assert.ok(isPartFlag(arg), arg);
  for (const arg of ["--exclude-protected", "--refresh", "--targets", "-y"]) assert.ok(!isPartFlag(arg), arg);
});
