import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../tests/support/pulumi/configProblems.ts";
import { createdNamespaces } from "./createdNamespaces.ts";

for (const [what, changed, namespaces] of [
  ["by default", {}, { Postgres: "keda-with-postgresql", Keda: "keda" }],
  ["of other names", { namespace: "a", keda: { install: { namespace: "b" } } }, { Postgres: "a", Keda: "b" }],
  ["not the existing ones", { createNamespace: false, keda: { install: { createNamespace: false } } }, {}],
  ["not an existing KEDA's", { keda: { existing: { namespace: "keda" } } }, { Postgres: "keda-with-postgresql" }],
] as const)
  test(`a stack creates its namespaces, ${what}`, () => {
    const created = createdNamespaces(readConfig(changed)).map(({ component, name }) => [component, name]);
    assert.deepEqual(Object.fromEntries(created), namespaces);
  });
