import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../tests/support/pulumi/configProblems.ts";
import { createdNamespaces } from "./createdNamespaces.ts";

for (const [what, changed, namespaces] of [
  ["by default", {}, ["keda-with-postgresql", "keda"]],
  ["of other names", { namespace: "a", keda: { install: { namespace: "b" } } }, ["a", "b"]],
  ["not the existing ones", { createNamespace: false, keda: { install: { createNamespace: false } } }, []],
  ["not an existing KEDA's", { keda: { existing: { namespace: "keda" } } }, ["keda-with-postgresql"]],
] as const)
  test(`a stack creates its namespaces, ${what}`, () => {
    assert.deepEqual(createdNamespaces(readConfig(changed)), namespaces);
  });
