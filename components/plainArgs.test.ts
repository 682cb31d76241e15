import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { MIGRATION_ARGS } from "../tests/support/pulumi/componentArgs.ts";
import { assertRefused, programProblems } from "../tests/support/pulumi/problems.ts";
import { mockEngine, recordResources } from "../tests/support/pulumi/recordResources.ts";
import { BatchScaledJob } from "./batchScaledJob.ts";
import { Keda } from "./keda.ts";
import { Postgres } from "./postgres.ts";
import { SchemaMigration } from "./schemaMigration.ts";
import { WorkerImage } from "./workerImage.ts";

await mockEngine();

const COMPONENTS: Record<string, unknown> = { BatchScaledJob, Keda, Postgres, SchemaMigration, WorkerImage };

/** Creates a component as a program without types may do it. */
function create(component: string, name: string, args?: object, options?: pulumi.ComponentResourceOptions) {
  const Type = COMPONENTS[component] as new (...args: unknown[]) => pulumi.ComponentResource;
  return new Type(name, args, options);
}

const { admin: _, ...shared } = MIGRATION_ARGS;
const BATCH = { ...shared, kind: "page" };
const SERVER = { host: "db", database: "shop", admin: { user: "owner", password: "p" } };
const later = pulumi.output;

/** The arguments of a component as a program in Python or YAML may pass them, with the one that must be plain. */
const wrong: readonly (readonly [component: string, key: string, args: object])[] = [
  ["Keda", "install", { install: later({}) }],
  ["Keda", "existing", { existing: later({ namespace: "keda" }) }],
  ["Keda", "install.createNamespace", { install: { createNamespace: later(false) } }],
  ["Keda", "install.chart", { install: { chart: later("https://charts.example") } }],
  ["Postgres", "install", { install: later({}) }],
  ["Postgres", "install.releaseName", { install: { releaseName: later("shop") } }],
  ["Postgres", "install.chart", { install: { chart: later("https://charts.example") } }],
  ["Postgres", "createNamespace", { createNamespace: later(false) }],
  ["Postgres", "existing", { existing: later(SERVER) }],
  ["Postgres", "existing.admin", { existing: { ...SERVER, admin: later(SERVER.admin) } }],
  ["Postgres", "existing.tls", { existing: { ...SERVER, tls: later({ mode: "require" }) } }],
  ["Postgres", "existing.rolePrefix", { existing: { ...SERVER, rolePrefix: later("shop") } }],
  ["WorkerImage", "build", { build: later({}) }],
  ...["baseImage", "target", "registry", "pullRegistry", "platform"].map(
    (key) =>
      ["WorkerImage", `build.${key}`, { build: { registry: "registry.example", [key]: later("value") } }] as const,
  ),
  ["BatchScaledJob", "name", { ...BATCH, name: later("pages") }],
  ["BatchScaledJob", "graceSeconds", { ...BATCH, graceSeconds: later(60) }],
  ["SchemaMigration", "podStartSeconds", { ...MIGRATION_ARGS, podStartSeconds: later(60) }],
];

describe("an output, where a program in another language may pass one for an argument that decides which resources there are,", () => {
  for (const [component, key, args] of wrong)
    test(`is refused as ${key} of ${component}, by a message that names it`, () => {
      const problems = programProblems(() => create(component, "component", args));
      const message = `${key} must be a plain value (it is needed before anything is created); got an output`;
      assert.ok(problems.includes(message), problems.join("\n"));
    });
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
  const make: readonly (readonly [component: string, args: object])[] = [
    ["Keda", pod],
    ["Postgres", pod],
    ["SchemaMigration", { ...MIGRATION_ARGS, pod }],
    ["BatchScaledJob", { ...BATCH, leaseSeconds: 30, pod }],
    ["BatchScaledJob", { ...BATCH, leaseSeconds: 30, pod: later(pod) }],
  ];
  const all = await Promise.all(
    make.map(([component, args], index) =>
      recordResources((options) => create(component, `labelled-${index}`, args, options)),
    ),
  );
  const own = all.flatMap(({ resources }) => resources);
  const find = (kind: string) => own.filter(({ type }) => type.endsWith(`:${kind}`)).map(({ inputs }) => inputs);
  const [ofKeda, ofBatches] = find("Namespace");
  assert.deepEqual(ofKeda.metadata.labels, { app: "a" });
  assert.deepEqual(ofBatches.metadata.labels, { app: "a", "pod-security.kubernetes.io/enforce": "restricted" });
  const [keda, postgres] = find("Release");
  assert.deepEqual(keda.values.additionalLabels, {});
  assert.deepEqual(postgres.values.commonAnnotations, { a: "b" });
  const annotations = (kind: string) => find(kind).map(({ metadata }) => metadata.annotations);
  assert.deepEqual(annotations("Job"), [{ a: "b", "pulumi.com/replaceUnready": "true" }]);
  assert.deepEqual(annotations("ScaledJob"), Array(2).fill({ a: "b", "pulumi.com/waitFor": "condition=Ready" }));
});

describe("a program in JavaScript", () => {
  for (const component of Object.keys(COMPONENTS))
    test(`that forgets the arguments of ${component} gets a message that says so`, () => {
      const problems = programProblems(() => create(component, "component"));
      assert.match(problems.join("\n"), /^(the arguments|kind) must be .*; got nothing$/m);
    });

  test("that misspells an argument gets a message with the name it used", () => {
    assertRefused(
      () => create("Keda", "component", { existings: {} }),
      'a key must be one of install, existing, labels, annotations (no other is known); got "existings"',
    );
  });
});
