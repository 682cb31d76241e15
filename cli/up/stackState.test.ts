import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseStackState } from "./stackState.ts";

const EMPTY = {
  namespaces: [],
  configured: [],
  installedKeda: false,
  releases: [],
  jobs: [],
  scaledJobs: [],
  triggerAuthentications: [],
  builtImages: [],
  ownsKeda: false,
};

function resource(type: string, inputs: object, more: object = {}) {
  return { urn: `urn:pulumi:dev::postgres-batch::${type}::name`, type, inputs, ...more };
}

function parse(resources: readonly object[], pending: readonly object[] = []) {
  const pending_operations = pending.map((one) => ({ resource: one, type: "creating" }));
  return parseStackState(JSON.stringify({ version: 3, deployment: { resources, pending_operations } }));
}

const RELEASE = "kubernetes:helm.sh/v3:Release";
const NAMESPACE = "kubernetes:core/v1:Namespace";

/** A resource of the stack's component, or of the program itself. */
const child = (component: string, type: string, name: string, inputs: object, more: object = {}) => {
  const parent = component === "" ? "" : `postgres-batch:index:${component}$`;
  return resource(type, inputs, { urn: `urn:pulumi:dev::postgres-batch::${parent}${type}::${name}`, ...more });
};

describe("the cluster of a stack", () => {
  const provider = resource("pulumi:providers:kubernetes", { context: "minikube" });
  const namespace = (name: string, more: object = {}) =>
    resource(NAMESPACE, {}, { outputs: { metadata: { name, uid: `uid of ${name}` } }, ...more });

  test("is known by its context and by the namespace kube-system, which the stack only reads", () => {
    const resources = [namespace("keda"), provider, namespace("kube-system", { external: true })];
    assert.deepEqual(parse(resources).cluster, { context: "minikube", uid: "uid of kube-system" });
  });

  test("is unknown before the stack has read it and created an object on it", () => {
    const read = namespace("kube-system", { external: true });
    assert.equal(parse([provider, namespace("keda")]).cluster, undefined);
    assert.equal(parse([provider, read]).cluster, undefined);
    assert.equal(parse([read, namespace("keda")]).cluster, undefined);
  });
});

describe("what a stack owns", () => {
  test("is what it has created and is creating, not what it only reads", () => {
    const namespace = "batches";
    assert.deepEqual(
      parse(
        [
          resource(NAMESPACE, {}, { external: true, id: "kube-system" }),
          resource(NAMESPACE, { metadata: { name: "keda" } }),
          resource(NAMESPACE, { metadata: { name: "batches" } }),
          resource("kubernetes:keda.sh/v1alpha1:TriggerAuthentication", { metadata: { name: "a", namespace } }),
          resource("kubernetes:keda.sh/v1alpha1:ScaledJob", { metadata: { name: "s", namespace } }),
        ],
        [
          resource(RELEASE, { chart: "./postgresql.tgz", name: "my-release", namespace }),
          resource("kubernetes:batch/v1:Job", { metadata: { name: "migration", namespace } }),
        ],
      ),
      {
        ...EMPTY,
        namespaces: ["keda", "batches"],
        releases: [{ namespace, name: "my-release" }],
        jobs: [{ namespace, name: "migration" }],
        scaledJobs: [{ namespace, name: "s" }],
        triggerAuthentications: [{ namespace, name: "a" }],
      },
    );
  });

  for (const [chart, owns] of [
    ["keda", true],
    ["./charts/keda-2.20.2.tgz", true],
    ["oci://registry.example/charts/keda", true],
    ["./keda/", true],
    ["./postgresql-16.7.27.tgz", false],
    ["./not-keda.tgz", false],
  ] as const)
    test(`is ${owns ? "" : "not "}KEDA with the chart ${chart}`, () =>
      assert.equal(parse([resource(RELEASE, { chart })]).ownsKeda, owns));

  test("includes the namespaces that its settings name, beside those of its program", () => {
    const { namespaces, configured } = parse([
      child("Keda", NAMESPACE, "keda-namespace", { metadata: { name: "keda" } }),
      child("Postgres", NAMESPACE, "postgres-namespace", { metadata: { name: "batches" } }),
      child("Postgres", NAMESPACE, "second-namespace", { metadata: { name: "second" } }),
      child("", NAMESPACE, "mine", { metadata: { name: "mine" } }),
    ]);
    assert.deepEqual(namespaces, ["keda", "batches", "second", "mine"]);
    assert.deepEqual(configured, [
      { component: "Keda", name: "keda" },
      { component: "Postgres", name: "batches" },
    ]);
  });

  test("does not include a namespace among those to keep that Pulumi deletes anyway, or may not have created", () => {
    const of = (name: string, more: object) =>
      child("Postgres", NAMESPACE, "postgres-namespace", { metadata: { name } }, more);
    const resources = [of("replaced", { delete: true }), of("deleted", { pendingReplacement: true }), of("kept", {})];
    const { namespaces, configured } = parse(resources, [of("begun", {})]);
    assert.deepEqual(configured, [{ component: "Postgres", name: "kept" }]);
    assert.ok(namespaces.includes("begun"), "its pods may be there");
  });

  test("is the KEDA that its settings install, not one of its program, and not one that Pulumi deletes anyway", () => {
    const installed = (component: string, name: string, more: object = {}) =>
      parse([child(component, RELEASE, name, { chart: "keda" }, more)]).installedKeda;
    assert.ok(installed("Keda", "keda"));
    for (const is of [installed("Keda", "keda", { delete: true }), installed("", "keda"), installed("Keda", "keda-2")])
      assert.equal(is, false);
  });

  test("is the PostgreSQL that its settings install, not one of its program, and not one that Pulumi deletes anyway", () => {
    const release = { namespace: "batches", name: "my-release" };
    const installed = (component: string, name: string, more: object = {}) =>
      parse([child(component, RELEASE, name, { chart: "c", ...release }, more)]).installedPostgres;
    assert.deepEqual(installed("Postgres", "postgres"), release);
    const deleted = installed("Postgres", "postgres", { delete: true });
    for (const is of [deleted, installed("", "postgres"), installed("Postgres", "postgres-2")])
      assert.equal(is, undefined);
  });

  test("is KEDA with any chart of the component Keda", () => {
    assert.ok(parse([child("Keda", RELEASE, "keda", { chart: "./vendored" })]).ownsKeda);
  });

  for (const json of ["", "{}", '{"deployment":{}}', "oops", "null"])
    test(`is nothing if the state is ${JSON.stringify(json)}`, () => assert.deepEqual(parseStackState(json), EMPTY));
});
