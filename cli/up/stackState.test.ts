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

describe("the cluster of a stack", () => {
  const provider = resource("pulumi:providers:kubernetes", { context: "minikube" });
  const namespace = (name: string, more: object = {}) =>
    resource("kubernetes:core/v1:Namespace", {}, { outputs: { metadata: { name, uid: `uid of ${name}` } }, ...more });

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
    assert.deepEqual(
      parse(
        [
          resource("kubernetes:core/v1:Namespace", {}, { external: true, id: "kube-system" }),
          resource("kubernetes:core/v1:Namespace", { metadata: { name: "keda" } }),
          resource("kubernetes:core/v1:Namespace", { metadata: { name: "batches" } }),
          resource("kubernetes:keda.sh/v1alpha1:TriggerAuthentication", {
            metadata: { name: "a", namespace: "batches" },
          }),
          resource("kubernetes:keda.sh/v1alpha1:ScaledJob", { metadata: { name: "s", namespace: "batches" } }),
        ],
        [
          resource(RELEASE, { chart: "./postgresql.tgz", name: "my-release", namespace: "batches" }),
          resource("kubernetes:batch/v1:Job", { metadata: { name: "migration", namespace: "batches" } }),
        ],
      ),
      {
        ...EMPTY,
        namespaces: ["keda", "batches"],
        releases: [{ namespace: "batches", name: "my-release" }],
        jobs: [{ namespace: "batches", name: "migration" }],
        scaledJobs: [{ namespace: "batches", name: "s" }],
        triggerAuthentications: [{ namespace: "batches", name: "a" }],
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
    const type = "kubernetes:core/v1:Namespace";
    const of = (component: string, resourceName: string, name: string) =>
      resource(
        type,
        { metadata: { name } },
        { urn: `urn:pulumi:dev::postgres-batch::${component}${type}::${resourceName}` },
      );
    const { namespaces, configured } = parse([
      of("postgres-batch:index:Keda$", "keda-namespace", "keda"),
      of("postgres-batch:index:Postgres$", "postgres-namespace", "batches"),
      of("postgres-batch:index:Postgres$", "second-namespace", "second"),
      of("", "mine", "mine"),
    ]);
    assert.deepEqual(namespaces, ["keda", "batches", "second", "mine"]);
    assert.deepEqual(configured, [
      { component: "Keda", name: "keda" },
      { component: "Postgres", name: "batches" },
    ]);
  });

  test("does not include a namespace among those to keep that Pulumi deletes anyway, or may not have created", () => {
    const type = "kubernetes:core/v1:Namespace";
    const of = (name: string, more: object) =>
      resource(
        type,
        { metadata: { name } },
        { urn: `urn:x::postgres-batch:index:Postgres$${type}::postgres-namespace`, ...more },
      );
    const resources = [of("replaced", { delete: true }), of("deleted", { pendingReplacement: true }), of("kept", {})];
    const { namespaces, configured } = parse(resources, [of("begun", {})]);
    assert.deepEqual(configured, [{ component: "Postgres", name: "kept" }]);
    assert.ok(namespaces.includes("begun"), "its pods may be there");
  });

  test("is the KEDA that its settings install, not one of its program, and not one that Pulumi deletes anyway", () => {
    const installed = (urn: string, more: object = {}) =>
      parse([resource(RELEASE, { chart: "keda" }, { urn: `urn:pulumi:dev::postgres-batch::${urn}`, ...more })])
        .installedKeda;
    const urn = `postgres-batch:index:Keda$${RELEASE}::keda`;
    assert.ok(installed(urn));
    for (const is of [installed(urn, { delete: true }), installed(`${RELEASE}::keda`), installed(`${urn}-2`)])
      assert.equal(is, false);
  });

  test("is the PostgreSQL that its settings install, not one of its program, and not one that Pulumi deletes anyway", () => {
    const release = { namespace: "batches", name: "my-release" };
    const installed = (urn: string, more: object = {}) =>
      parse([resource(RELEASE, { chart: "c", ...release }, { urn: `urn:pulumi:dev::postgres-batch::${urn}`, ...more })])
        .installedPostgres;
    const urn = `postgres-batch:index:Postgres$${RELEASE}::postgres`;
    assert.deepEqual(installed(urn), release);
    for (const is of [installed(urn, { delete: true }), installed(`${RELEASE}::postgres`), installed(`${urn}-2`)])
      assert.equal(is, undefined);
  });

  test("is KEDA with any chart of the component Keda", () => {
    const urn = `urn:pulumi:dev::postgres-batch::postgres-batch:index:Keda$${RELEASE}::keda`;
    assert.ok(parse([{ urn, type: RELEASE, inputs: { chart: "./vendored" } }]).ownsKeda);
  });

  for (const json of ["", "{}", '{"deployment":{}}', "oops", "null"])
    test(`is nothing if the state is ${JSON.stringify(json)}`, () => assert.deepEqual(parseStackState(json), EMPTY));
});
