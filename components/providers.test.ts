import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as docker from "@pulumi/docker";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { mockEngine, recordResources } from "../tests/support/pulumi/recordResources.ts";
import { SCALED_JOB_CRD } from "../tests/support/pulumi/validateScaledJob.ts";
import { BatchScaledJob } from "./batchScaledJob.ts";
import { Keda } from "./keda.ts";
import { Postgres } from "./postgres.ts";
import { SchemaMigration } from "./schemaMigration.ts";
import { WorkerImage } from "./workerImage.ts";

await mockEngine({ "scaledjobs.keda.sh": SCALED_JOB_CRD });

/** A component of another team, which has everything of this package as its children. */
class Team extends pulumi.ComponentResource {
  constructor(name: string, children: pulumi.ComponentResourceOptions, opts: pulumi.ComponentResourceOptions) {
    super("team:index:Team", name, {}, opts);
    const options = { ...children, parent: this };
    new Keda(`${name}-installed`, {}, options);
    new Keda(`${name}-existing`, { existing: { namespace: "keda" } }, options);
    const { namespace, address: database, admin, worker, scaler } = new Postgres(`${name}-postgres`, {}, options);
    const { image } = new WorkerImage(`${name}-image`, {}, options);
    const shared = { namespace, image, database, worker, scaler };
    new SchemaMigration(`${name}-schema`, { ...shared, admin }, options);
    new BatchScaledJob(`${name}-pages`, { ...shared, kind: "page" }, options);
  }
}

const PACKAGES = {
  kubernetes: new k8s.Provider("their-kubernetes", { context: "theirs" }),
  docker: new docker.Provider("their-docker", { host: "tcp://theirs:2376" }),
  random: new random.Provider("their-random"),
};
const PROVIDERS = Object.values(PACKAGES);

/** For each resource that has a provider: its package, and the provider it was sent with. */
async function usedProviders(make: (options: pulumi.ComponentResourceOptions) => pulumi.ComponentResource) {
  const { resources } = await recordResources(make);
  const custom = resources.filter(({ type }) => Object.keys(PACKAGES).includes(type.split(":")[0] ?? ""));
  return custom.map(({ type, name, provider }) => [type.split(":")[0], `${type} ${name}`, provider] as const);
}

describe("the resources of every component", () => {
  for (const [what, make] of [
    [
      "a component of another program",
      (options: pulumi.ComponentResourceOptions) => new Team("parent", {}, { ...options, providers: PROVIDERS }),
    ],
    [
      "the component's own options",
      (options: pulumi.ComponentResourceOptions) => new Team("own", { providers: PROVIDERS }, options),
    ],
  ] as const) {
    test(`use the providers of ${what}`, async () => {
      const used = await usedProviders(make);
      assert.deepEqual([...new Set(used.map(([name]) => name))].sort(), Object.keys(PACKAGES).sort());
      for (const [name, resource, provider] of used) assert.equal(provider, `${name} their-${name}`, resource);
    });
  }

  test("use a single provider that is given to the component", async () => {
    const provider = PACKAGES.docker;
    const used = await usedProviders((options) => new WorkerImage("single", {}, { ...options, provider }));
    assert.deepEqual(used, [["docker", "docker:index/image:Image single", "docker their-docker"]]);
  });
});
