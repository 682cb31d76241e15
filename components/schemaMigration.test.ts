import assert from "node:assert/strict";
import { appendFile, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import * as k8s from "@pulumi/kubernetes";
import { mockEngine, recordResources } from "../tests/support/pulumi/recordResources.ts";
import { SchemaMigration, schemaVersion } from "./schemaMigration.ts";

await mockEngine();
const login = (user: string) => ({ user, secretName: `${user}-secret`, secretKey: "password" });
const namespace = new k8s.core.v1.Namespace("batches", { metadata: { name: "batches" } });
const migration = (passwordRotation: string) =>
  recordResources(
    (options) =>
      new SchemaMigration(
        "schema",
        {
          namespace,
          image: "worker:tag",
          address: { host: "postgres.example", port: 5432, database: "postgres", caSecretName: "crt" },
          admin: login("postgres"),
          worker: login("batch_worker"),
          scaler: login("batch_scaler"),
          passwordRotation,
        },
        options,
      ),
  );
const [component, job, ...others] = await migration("1");
const { metadata, spec } = (job?.inputs ?? {}) as {
  metadata: Record<string, unknown>;
  spec: { backoffLimit: number; activeDeadlineSeconds: number; template: { spec: { containers: Container[] } } };
};
interface Container {
  readonly args: string[];
  readonly image: string;
  readonly env: { name: string; value?: string; valueFrom?: object }[];
  readonly terminationMessagePolicy: string;
}

test("the migration is one Job, which goes with its namespace", () => {
  assert.deepEqual(others, []);
  assert.equal(component?.type, "postgres-batch:index:SchemaMigration");
  assert.deepEqual(
    [job?.type, job?.name, job?.parent],
    ["kubernetes:batch/v1:Job", "schema", "SchemaMigration schema"],
  );
  assert.equal(job?.deletedWith, "Namespace batches");
});

test("it is named after the schema, and runs again when it failed", () => {
  assert.match(String(metadata.name), /^schema-[0-9a-f]{12}$/);
  assert.equal(job?.options.deleteBeforeReplace, true, "a name may come back");
  assert.deepEqual(metadata.annotations, { "pulumi.com/replaceUnready": "true" });
});

test("new passwords are a new Job, which tells the server", async () => {
  const nameOf = async (rotation: string) =>
    ((await migration(rotation)).at(1)?.inputs.metadata as { name: string } | undefined)?.name;
  assert.equal(await nameOf("1"), metadata.name);
  assert.notEqual(await nameOf("2"), metadata.name);
});

test("another migration and other rights are a new Job, and another statement is none", async () => {
  const sql = await mkdtemp(join(tmpdir(), "sql-"));
  after(() => rm(sql, { recursive: true }));
  await cp(fileURLToPath(new URL("../sql", import.meta.url)), sql, { recursive: true });
  const versions = [schemaVersion(sql, "1")];
  assert.equal(metadata.name, `schema-${versions[0]}`);
  await writeFile(join(sql, "migrations/9999_more.sql"), "select 1;");
  versions.push(schemaVersion(sql, "1"));
  await appendFile(join(sql, "roles.sql"), "-- more");
  versions.push(schemaVersion(sql, "1"));
  assert.equal(new Set(versions).size, 3);
  await appendFile(join(sql, "statements/claim.sql"), "-- more");
  assert.equal(schemaVersion(sql, "1"), versions[2]);
});

test("it gives up soon, and its last words are the pod's", () => {
  assert.deepEqual([spec.backoffLimit, spec.activeDeadlineSeconds], [1, 300]);
  assert.equal(spec.template.spec.containers[0]?.terminationMessagePolicy, "FallbackToLogsOnError");
});

test("it migrates as the owner and passes every password by its Secret", () => {
  const [container] = spec.template.spec.containers;
  assert.deepEqual([container?.args, container?.image], [["migrate"], "worker:tag"]);
  const env = new Map(container?.env.map(({ name, value, valueFrom }) => [name, value ?? valueFrom]));
  const secret = (user: string) => ({ secretKeyRef: { name: `${user}-secret`, key: "password" } });
  assert.equal(env.get("PG_USERNAME"), "postgres");
  assert.deepEqual(env.get("PGPASSWORD"), secret("postgres"));
  assert.deepEqual(env.get("WORKER_PASSWORD"), secret("batch_worker"));
  assert.deepEqual(env.get("SCALER_PASSWORD"), secret("batch_scaler"));
});
