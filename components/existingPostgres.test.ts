import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { output } from "@pulumi/pulumi";
import { assertRefused } from "../tests/support/pulumi/problems.ts";
import { children, recordPostgres } from "../tests/support/pulumi/recordPostgres.ts";
import { mockEngine, PASSWORD, settled } from "../tests/support/pulumi/recordResources.ts";
import { EXISTING } from "../tests/support/pulumi/stackSettings.ts";
import { Postgres, type PostgresArgs } from "./postgres.ts";

await mockEngine();

const INSTALL = { chart: "oci://charts.example/postgresql", imageRegistry: "mirror.example" };

const record = (changed: object, name: string) => recordPostgres({ existing: { ...EXISTING, ...changed } }, name);

describe("an existing PostgreSQL", async () => {
  const { component: postgres, resources } = await record({}, "existing");

  test("creates a namespace and the passwords of the roles that the migration creates, and nothing else", () => {
    assert.deepEqual(children(resources), [
      "Namespace existing-namespace",
      "RandomPassword existing-worker-password",
      "Secret existing-worker-secret",
      "RandomPassword existing-scaler-password",
      "Secret existing-scaler-secret",
    ]);
    assert.equal(postgres.release, undefined);
  });

  test("is verified against the authorities that Node.js trusts by default", async () => {
    assert.deepEqual(await settled(output(postgres.address)), {
      host: "db.example",
      port: 5432,
      database: "shop",
      sslMode: "verify-full",
      scalerSslMode: "require",
    });
  });

  test("takes its owner's password from the given Secret", () => {
    assert.deepEqual(postgres.admin, { user: "owner", secretName: "owner", secretKey: "password" });
    assert.deepEqual([postgres.worker.user, postgres.scaler.user], ["batch_worker", "batch_scaler"]);
  });

  test("outputs a psql command for any machine that reaches the server", async () => {
    const command = await settled(postgres.psql);
    assert.equal(command, `sh -c 'exec psql "postgresql://owner@db.example:5432/shop?sslmode=require"'`);
  });

  test("takes the owner's name from another resource", async () => {
    const admin = { user: output("owner@rds"), secretName: "owner" };
    const { component: later } = await record({ admin }, "later");
    assert.match(await settled(later.psql), /postgresql:\/\/owner%40rds@db\.example/);
  });

  test("can be shared with another stack that uses a different role prefix", async () => {
    const { component: second } = await record({ rolePrefix: "two" }, "sharing");
    assert.deepEqual([second.worker.user, second.scaler.user], ["two_worker", "two_scaler"]);
  });

  test("can have roles prepared by a DBA, whose passwords are not changed", async () => {
    const roles = { worker: { user: "w", secretName: "w" }, scaler: { user: "s", secretName: "s", secretKey: "pw" } };
    const { component: prepared, resources: made } = await record(roles, "prepared");
    assert.deepEqual(children(made), ["Namespace prepared-namespace"]);
    assert.equal(prepared.rolesPrepared, true);
    assert.deepEqual(prepared.scaler, { user: "s", secretName: "s", secretKey: "pw" });
  });

  test("stores a given password and certificate authority in Secrets", async () => {
    const ca = "-----BEGIN CERTIFICATE-----\nx";
    const admin = { user: "owner", password: PASSWORD };
    const { component: given, resources: made } = await record({ admin, tls: { ca } }, "given");
    assert.ok(!JSON.stringify(made.map(({ inputs }) => inputs)).includes(PASSWORD));
    assert.deepEqual(given.admin, { user: "owner", secretName: "given-admin", secretKey: "password" });
    assert.equal(given.address.caSecretName, "given-ca");
    const authority = made.find(({ name }) => name === "given-ca-secret");
    assert.equal(authority?.inputs.stringData, "[secret]", "like the content of every Secret");
  });

  test("can have a certificate for another name than the one that pods reach it by", async () => {
    const { component: tunnel } = await record({ tls: { serverName: "db.internal" } }, "tunnel");
    const { host, sslMode, serverName } = await settled(output(tunnel.address));
    assert.deepEqual([host, sslMode, serverName], ["db.example", "verify-full", "db.internal"]);
  });

  test("can be reached through a pooler", async () => {
    const pooler = { host: "pool.example", port: 6432 };
    const { component: pooled } = await record({ pooler }, "pooled");
    assert.deepEqual(pooled.address.pooler, pooler);
  });
});

test("two of them in one namespace have different Secrets", async () => {
  const args = { existing: { ...EXISTING, admin: { user: "owner", password: PASSWORD } }, createNamespace: false };
  const made = [await recordPostgres(args, "one"), await recordPostgres(args, "other")];
  const secrets = made.flatMap(({ resources }) => resources).filter(({ type }) => /Secret$/.test(type));
  const names = secrets.map(({ inputs }) => inputs.metadata.name);
  assert.deepEqual(names, [
    ...["one-admin", "one-worker", "one-scaler"],
    ...["other-admin", "other-worker", "other-scaler"],
  ]);
  assert.throws(() => new Postgres("My Database", args), {
    message: /name must be 1 to 200 characters .* \(its Secrets are named after it\); got "My Database"/,
  });
});

describe("the arguments of Postgres", () => {
  const existing = (changed: object) => ({ existing: { ...EXISTING, ...changed } });
  const wrong: Record<string, object> = {
    "database must have one of install and existing": { install: INSTALL, ...existing({}) },
    "existing.host must be a host name or an address": existing({ host: undefined }),
    "existing.host must be": existing({ host: "db.example:5432" }),
    "existing.database must be a database name": existing({ database: undefined }),
    "existing.admin must be an object": existing({ admin: undefined }),
    "existing.admin must have one of password and secretName (the source of the password); got none": existing({
      admin: { user: "o" },
    }),
    "got both": existing({ admin: { user: "o", password: "geheim", secretName: "s" } }),
    "existing.admin.secretKey must be set together with secretName": existing({
      admin: { user: "o", password: "geheim", secretKey: "k" },
    }),
    "existing.port must be a whole number from 1 to 65535": existing({ port: 70_000 }),
    "must have all of worker, scaler, or none": existing({ worker: { user: "w", secretName: "w" } }),
    'three different roles (each has only the rights it needs); got "w" twice': existing({
      worker: { user: "w", secretName: "w" },
      scaler: { user: "w", secretName: "w" },
    }),
    "must have one of worker and rolePrefix": existing({
      rolePrefix: "x",
      worker: { user: "w", secretName: "w" },
      scaler: { user: "s", secretName: "s" },
    }),
    "existing.tls.mode must be require or verify-full": existing({ tls: { mode: "disable" } }),
    "existing.tls.mode must be verify-full with a certificate authority": existing({
      tls: { mode: "require", caSecretName: "ca" },
    }),
    "existing.tls must have one of ca and caSecretName": existing({
      tls: { ca: "-----BEGIN CERTIFICATE-----", caSecretName: "ca" },
    }),
    "existing.tls.ca must be a certificate in PEM": existing({ tls: { ca: "ca.pem" } }),
    "existing must be an object": { existing: "postgres://owner:geheim@db.example/shop" },
    'got "user"': existing({ user: "x" }),
    "namespace must be 1 to 63": { namespace: "a.b" },
    "createNamespace must be true or false": { createNamespace: "yes" },
  };
  for (const [says, args] of Object.entries(wrong))
    test(`a mistake is refused with one message that shows no password: ${says}`, () =>
      assertRefused(() => new Postgres("wrong", args as PostgresArgs), says));
});
