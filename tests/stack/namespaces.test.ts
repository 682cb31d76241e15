import assert from "node:assert/strict";
import { test } from "node:test";
import { parseStackState } from "../../cli/up/stackState.ts";
import { createdNamespaces } from "../../components/createdNamespaces.ts";
import { readConfig } from "../support/pulumi/configProblems.ts";
import { configureStack } from "../support/pulumi/configureStack.ts";
import { mockEngine, recordProgram } from "../support/pulumi/recordResources.ts";

const SETTINGS = { namespace: "batches", keda: { install: { namespace: "scaling" } } };
// Not one to build: a test has no Docker daemon.
const IMAGE = { image: { existing: "worker:1" } };

await mockEngine();
configureStack({ ...SETTINGS, ...IMAGE });
const { resources } = await recordProgram(() => import("../../index.ts"));

test("npm run up finds KEDA and the namespaces of the program in its state, as the settings name them", () => {
  const state = resources.map(({ type, name, parent = "", inputs }) => ({
    urn: `urn:pulumi:test::postgres-batch::postgres-batch:index:${parent.split(" ")[0]}$${type}::${name}`,
    type,
    inputs,
  }));
  const { configured, installedKeda } = parseStackState(JSON.stringify({ deployment: { resources: state } }));
  const byName = (namespaces: readonly { name: string }[]) =>
    namespaces.toSorted((one, other) => one.name.localeCompare(other.name));
  assert.deepEqual(byName(configured), byName(createdNamespaces(readConfig(SETTINGS))));
  assert.equal(configured.length, 2);
  assert.ok(installedKeda);
});
