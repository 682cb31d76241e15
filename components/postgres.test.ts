import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { output } from "@pulumi/pulumi";
import { children, recordPostgres } from "../tests/support/pulumi/recordPostgres.ts";
import { mockEngine, PASSWORD, settled } from "../tests/support/pulumi/recordResources.ts";

await mockEngine();

const INSTALL = { chart: "oci://charts.example/postgresql", imageRegistry: "mirror.example" };

describe("an installed PostgreSQL", async () => {
  const args = { install: INSTALL, passwordRotation: "7", labels: { team: "shop" } };
  const { component: postgres, resources } = await recordPostgres(args);
  const byName = (name: string) => resources.find((child) => child.name === name && child.parent !== undefined);
  const secretNames = ["postgres-admin-secret", "postgres-worker-secret", "postgres-scaler-secret"];

  test("consists of a namespace, a password and a Secret for each role, and a release, all of them its children", () => {
    assert.deepEqual(children(resources), [
      "Namespace postgres-namespace",
      "RandomPassword postgres-admin-password",
      "Secret postgres-admin-secret",
      "RandomPassword postgres-worker-password",
      "Secret postgres-worker-secret",
      "RandomPassword postgres-scaler-password",
      "Secret postgres-scaler-secret",
      "Release postgres",
    ]);
    for (const { parent } of resources.slice(1)) assert.equal(parent, "Postgres postgres");
  });

  test("has a namespace that enforces the restricted Pod Security Standard", () => {
    assert.deepEqual(byName("postgres-namespace")?.inputs.metadata, {
      name: "keda-with-postgresql",
      labels: { team: "shop", "pod-security.kubernetes.io/enforce": "restricted" },
    });
  });

  test("waits for its Secrets, and everything is deleted with the namespace", () => {
    const secrets = secretNames.map((name) => `Secret ${name}`);
    assert.deepEqual(byName("postgres")?.dependsOn, secrets);
    for (const name of ["postgres", ...secretNames])
      assert.equal(byName(name)?.deletedWith, "Namespace postgres-namespace", name);
  });

  test("never shows a password", () => {
    assert.ok(!JSON.stringify(resources.map(({ inputs }) => inputs)).includes(PASSWORD));
    for (const name of secretNames) assert.equal(byName(name)?.inputs.stringData, "[secret]", name);
  });

  test("has passwords of 32 letters and digits, which need no quoting in any shell", () => {
    for (const role of ["admin", "worker", "scaler"]) {
      const { length, special } = byName(`postgres-${role}-password`)?.inputs ?? {};
      assert.deepEqual([length, special], [32, false], role);
    }
  });

  test("rotates the passwords of the worker and the scaler, never the superuser's", () => {
    const keepers = (role: string) => byName(`postgres-${role}-password`)?.inputs.keepers;
    assert.deepEqual([keepers("worker"), keepers("scaler")], [{ passwordRotation: "7" }, { passwordRotation: "7" }]);
    assert.equal(keepers("admin"), undefined, "it is stored in the database's volume");
  });

  test("puts its labels on every object", () => {
    for (const { inputs } of resources.filter(({ type }) => /Secret|Namespace/.test(type)))
      assert.partialDeepStrictEqual(inputs.metadata, { labels: { team: "shop" } });
    assert.partialDeepStrictEqual(byName("postgres")?.inputs.values, { commonLabels: { team: "shop" } });
  });

  test("is the pinned chart from the given source", () => {
    const { name, namespace, chart, version, values } = byName("postgres")?.inputs ?? {};
    assert.deepEqual([name, namespace], ["my-release", "keda-with-postgresql"]);
    assert.deepEqual([chart, version], [INSTALL.chart, "16.7.27"]);
    assert.partialDeepStrictEqual(values, { image: { registry: "mirror.example" } });
  });

  test("is verified against the certificate authority that the chart creates", async () => {
    assert.deepEqual(await settled(output(postgres.address)), {
      host: "my-release-postgresql.keda-with-postgresql.svc.cluster.local",
      port: 5432,
      database: "postgres",
      sslMode: "verify-full",
      caSecretName: "my-release-postgresql-crt",
      caSecretKey: "ca.crt",
    });
    assert.equal(postgres.rolesPrepared, false);
  });

  test("is found in a cluster of another domain, which the names in its certificate end in, too", async () => {
    const install = { ...INSTALL, clusterDomain: "shop.internal" };
    const { component: there, resources: made } = await recordPostgres({ install }, "domain");
    const host = await settled(output(there.address.host));
    assert.equal(host, "my-release-postgresql.keda-with-postgresql.svc.shop.internal");
    assert.partialDeepStrictEqual(made.at(-1)?.inputs.values, { clusterDomain: "shop.internal" });
  });

  test("can have other names, so that one cluster can have two", async () => {
    const install = { ...INSTALL, releaseName: "postgresql-two", imageRegistry: undefined } as never;
    const { component: other, resources: made } = await recordPostgres({ install, namespace: "two" }, "two");
    assert.ok(JSON.stringify(made.at(-1)?.inputs.values).includes('"registry":"docker.io"'), "the default");
    assert.equal(await settled(output(other.address.host)), "postgresql-two.two.svc.cluster.local");
    assert.equal(other.admin.secretName, "postgresql-two");
    assert.match(await settled(other.psql), /^kubectl exec -it -n two postgresql-two-0 /);
  });

  test("can pull its images with credentials", async () => {
    const install = { ...INSTALL, imagePullSecrets: ["mirror"] };
    const { resources: made } = await recordPostgres({ install }, "pulled");
    assert.partialDeepStrictEqual(made.at(-1)?.inputs.values, { global: { imagePullSecrets: ["mirror"] } });
  });

  test("can be in a namespace of the program, whose name Pulumi chooses", async () => {
    const given = { install: INSTALL, namespace: output("team-1a2b3c4"), createNamespace: false };
    const { component: inIt } = await recordPostgres(given, "named");
    const host = await settled(output(inIt.address.host));
    assert.equal(host, "my-release-postgresql.team-1a2b3c4.svc.cluster.local");
    assert.match(await settled(inIt.psql), /^kubectl exec -it -n team-1a2b3c4 /);
  });

  test("can use an existing namespace, which is not deleted with it", async () => {
    const given = { install: INSTALL, namespace: "team", createNamespace: false };
    const { resources: there, component: inIt } = await recordPostgres(given, "team");
    assert.ok(!children(there).some((child) => child.startsWith("Namespace")));
    for (const { deletedWith } of there) assert.equal(deletedWith, undefined);
    assert.equal(await settled(inIt.namespace), "team");
    assert.equal(inIt.createdNamespace, undefined);
  });
});
