import assert from "node:assert/strict";
import { test } from "node:test";
import { POD_ARGS as ARGS } from "../tests/support/pulumi/componentArgs.ts";
import { RUNNER_VARIABLES } from "../worker/src/command/runnerVariables.ts";
import { workerPod } from "./workerPod.ts";

test("no key of a Secret in a pod's environment sets a variable of the worker", () => {
  const [work] = workerPod({ ...ARGS, pod: { envFromSecrets: [{ name: "application" }] } }).containers;
  const names = work?.env.map(({ name }) => name) ?? [];
  assert.equal(new Set(names).size, names.length);
  for (const name of RUNNER_VARIABLES) assert.ok(names.includes(name) || name === "NODE_COMPILE_CACHE", name);
  assert.deepEqual(
    work?.env.find(({ name }) => name === "COMMAND"),
    { name: "COMMAND", value: "" },
  );
  const [without] = workerPod(ARGS).containers;
  assert.ok(!without?.env.some(({ name }) => name === "COMMAND"));
});

test("no key of a ConfigMap or a Secret that a patch adds sets one either", () => {
  for (const envFrom of [[{ configMapRef: { name: "application" } }], [{ secretRef: { name: "application" } }]]) {
    const [work] = workerPod({ ...ARGS, pod: { podSpecPatch: { containers: [{ envFrom }] } } }).containers;
    for (const name of RUNNER_VARIABLES)
      assert.ok(work?.env.some((variable) => variable.name === name) || name === "NODE_COMPILE_CACHE", name);
  }
});

test("what the worker's base image sets for Node.js stays", () => {
  const [work] = workerPod({ ...ARGS, pod: { envFromSecrets: [{ name: "application" }] } }).containers;
  assert.ok(!work?.env.some(({ name }) => name === "NODE_OPTIONS" || name === "OPENSSL_CONF"));
});
