import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { MIGRATION_ARGS } from "../tests/support/pulumi/componentArgs.ts";
import { mockEngine, recordResources } from "../tests/support/pulumi/recordResources.ts";
import { BatchScaledJob } from "./batchScaledJob.ts";
import { Keda } from "./keda.ts";
import { Postgres } from "./postgres.ts";
import { SchemaMigration } from "./schemaMigration.ts";
import { WorkerImage } from "./workerImage.ts";

await mockEngine();

type Component = new (name: string, args: object, opts?: pulumi.ComponentResourceOptions) => pulumi.ComponentResource;

const { admin: _, ...shared } = MIGRATION_ARGS;
const BATCH = { ...shared, kind: "page" };
const SERVER = { host: "db", database: "shop", admin: { user: "owner", password: "p" } };
const later = pulumi.output;

/** The arguments of a component as a program in Python or YAML may pass them, with the one that must be plain. */
const wrong: [Component, string, object][] = [
  [Keda as Component, "install", { install: later({}) }],
  [Keda as Component, "existing", { existing: later({ namespace: "keda" }) }],
  [Keda as Component, "install.createNamespace", { install: { createNamespace: later(false) } }],
  [Keda as Component, "install.chart", { install: { chart: later("https://charts.example") } }],
  [Postgres as Component, "install", { install: later({}) }],
  [Postgres as Component, "install.releaseName", { install: { releaseName: later("shop") } }],
  [Postgres as Component, "install.chart", { install: { chart: later("https://charts.example") } }],
  [Postgres as Component, "createNamespace", { createNamespace: later(false) }],
  [Postgres as Component, "existing", { existing: later(SERVER) }],
  [Postgres as Component, "existing.admin", { existing: { ...SERVER, admin: later(SERVER.admin) } }],
  [Postgres as Component, "existing.tls", { existing: { ...SERVER, tls: later({ mode: "require" }) } }],
  [Postgres as Component, "existing.rolePrefix", { existing: { ...SERVER, rolePrefix: later("shop") } }],
  [WorkerImage as Component, "build", { build: later({}) }],
  ...["baseImage", "target", "registry", "pullRegistry", "platform"].map((key): [Component, string, object] => [
    WorkerImage as Component,
    `build.${key}`,
    { build: { registry: "registry.example", [key]: later("value") } },
  ]),
  [BatchScaledJob as Component, "name", { ...BATCH, name: later("pages") }],
  [BatchScaledJob as Component, "graceSeconds", { ...BATCH, graceSeconds: later(60) }],
  [SchemaMigration as Component, "podStartSeconds", { ...MIGRATION_ARGS, podStartSeconds: later(60) }],
];

describe("an output, where a program in another language may pass one for an argument that decides which resources there are,", () => {
  for (const [Type, key, args] of wrong) {
    test(`is refused as ${key} of ${Type.name}, by a message that names it`, () => {
      const message = `${key} must be a plain value (it is needed before anything is created); got an output`;
      assert.throws(
        () => new Type("component", args),
        (error: Error) => pulumi.RunError.isInstance(error) && error.message.split("\n").includes(message),
      );
    });
  }
});

test("an output as passwordRotation, such as an id that changes with time, sets the roles' new passwords whenever it changes", async () => {
  const jobName = async (passwordRotation: pulumi.Input<string>) => {
    const args = { ...MIGRATION_ARGS, passwordRotation };
    const { resources } = await recordResources((options) => new SchemaMigration("rotated", args, options));
    return resources[1]?.inputs.metadata.name;
  };
  assert.equal(await jobName(later("2")), await jobName("2"));
  assert.notEqual(await jobName(later("3")), await jobName(later("2")));
});

test("an output as labels and annotations replaces none of the components' own", async () => {
  const pod = { labels: later({ app: "a" }), annotations: later({ a: "b" }) };
  const make: [Component, object][] = [
    [Keda as Component, pod],
    [Postgres as Component, pod],
    [SchemaMigration as Component, { ...MIGRATION_ARGS, pod }],
    [BatchScaledJob as Component, { ...BATCH, leaseSeconds: 30, pod }],
    [BatchScaledJob as Component, { ...BATCH, leaseSeconds: 30, pod: later(pod) }],
  ];
  const all = await Promise.all(
    make.map(([Type, args], index) => recordResources((options) => new Type(`labelled-${index}`, args, options))),
  );
  const own = all.flatMap(({ resources }) => resources);
  const find = (kind: string) => own.filter(({ type }) => type.endsWith(`:${kind}`)).map(({ inputs }) => inputs);
  const [ofKeda, ofBatches] = find("Namespace");
  assert.deepEqual(ofKeda.metadata.labels, { app: "a" });
  assert.deepEqual(ofBatches.metadata.labels, { app: "a", "pod-security.kubernetes.io/enforce": "restricted" });
  const [keda, postgres] = find("Release");
  assert.deepEqual(keda.values.additionalLabels, {});
  assert.deepEqual(postgres.values.commonAnnotations, { a: "b" });
  for (const [kind, annotation] of [
    ["Job", { "pulumi.com/replaceUnready": "true" }],
    ["ScaledJob", { "pulumi.com/waitFor": "condition=Ready" }],
  ] as const)
    for (const { metadata } of find(kind)) assert.deepEqual(metadata.annotations, { a: "b", ...annotation });
});

describe("a program in JavaScript", () => {
  for (const Type of [BatchScaledJob, Keda, Postgres, SchemaMigration, WorkerImage] as Component[]) {
    test(`that forgets the arguments of ${Type.name} gets a message that says so`, () => {
      const Untyped = Type as new (name: string) => pulumi.ComponentResource;
      assert.throws(
        () => new Untyped("component"),
        (error: Error) =>
          pulumi.RunError.isInstance(error) &&
          /\n(the arguments|kind) must be .*; got nothing(\n|$)/.test(error.message),
      );
    });
  }

  test("that misspells an argument gets a message with the name it used", () => {
    assert.throws(
      () => new (Keda as Component)("component", { existings: {} }),
      /\na key must be one of install, existing, labels, annotations \(no other is known\); got "existings"$/,
    );
  });
});
