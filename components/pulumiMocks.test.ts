import assert from "node:assert/strict";
import { test } from "node:test";
import { mockEngine, recordResources } from "../tests/support/pulumi/recordResources.ts";
import { Cluster } from "./cluster.ts";
import { Keda } from "./keda.ts";

// As in Pulumi's guide to unit tests: every resource has the state of its inputs, also those that are read.
await mockEngine();

test("a program's own unit tests need no answer of a cluster for an existing KEDA", async () => {
  const args = { existing: { namespace: "keda" } };
  const [component, ...read] = (await recordResources((options) => new Keda("keda", args, options))).resources;
  assert.equal(component?.type, "postgres-batch:index:Keda");
  assert.equal(read.length, 2);
});

test("a program's own unit tests need no answer of a cluster for its uid", async () => {
  const { resources } = await recordResources((options) => new Cluster("cluster", {}, options));
  assert.equal(resources[0]?.type, "postgres-batch:index:Cluster");
});
