import assert from "node:assert/strict";
import { appendFile, cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as k8s from "@pulumi/kubernetes";
import { createFolder } from "../tests/support/createFolder.ts";
import { MIGRATION_ARGS as ARGS } from "../tests/support/pulumi/componentArgs.ts";
import { SIDECAR, sidecarPatch, workPatch } from "../tests/support/pulumi/patches.ts";
import { mockEngine, recordResources } from "../tests/support/pulumi/recordResources.ts";
import { SchemaMigration, type SchemaMigrationArgs, schemaVersion } from "./schemaMigration.ts";

await mockEngine();
const namespace = new k8s.core.v1.Namespace("batches", { metadata: { name: "batches" } });
const migration = (changed: Partial<SchemaMigrationArgs> = {}, name = "schema") =>
  recordResources(
    (options) => new SchemaMigration(name, { ...ARGS, ...changed }, { ...options, deletedWith: namespace }),
  );
const [component, job, ...others] = (await migration()).resources;
const { metadata, spec } = job?.inputs ?? {};

/** The Job of a migration with changed arguments. */
async function changed(args: Partial<SchemaMigrationArgs>) {
  const [, other] = (await migration(args, "other")).resources;
  const pod = other?.inputs.spec.template.spec;
  const [container] = pod.containers;
  return { ...other?.inputs, pod, container, env: variables(container) };
}

function variables({ env }: { readonly env: readonly { name: string; value?: string; valueFrom?: object }[] }) {
  return new Map(env.map(({ name, value, valueFrom }) => [name, value ?? valueFrom]));
}

test("the migration is one Job, which is deleted with its namespace", () => {
  assert.deepEqual(others, []);
  assert.equal(component?.type, "postgres-batch:index:SchemaMigration");
  const { type, name, parent } = job ?? {};
  assert.deepEqual([type, name, parent], ["kubernetes:batch/v1:Job", "schema", "SchemaMigration schema"]);
  assert.equal(job?.deletedWith, "Namespace batches");
});

test("it is named after the schema version, and runs again after a failure", () => {
  assert.match(metadata.name, /^schema-[0-9a-f]{12}$/);
  assert.equal(job?.options.deleteBeforeReplace, true, "a name may be used again");
  assert.deepEqual(metadata.annotations, { "pulumi.com/replaceUnready": "true" });
});

test("new passwords and other tables create a new Job", async () => {
  const version = async (args: Partial<SchemaMigrationArgs>) =>
    (await changed(args)).metadata.name.slice("other-".length);
  const versions = [
    await version({}),
    await version({ passwordRotation: "2" }),
    await version({ attach: [{ kind: "page", table: "pages" }] }),
  ];
  assert.equal(metadata.name, `schema-${versions[0]}`);
  assert.equal(new Set(versions).size, 3);
});

test("the same arguments are the same Job, which does not run again: docs/operations.md says how to run it", async () => {
  const [first, second] = [await changed({}), await changed({})];
  assert.deepEqual([first.metadata, first.spec], [second.metadata, second.spec]);
  const page = await readFile(new URL("../docs/operations.md", import.meta.url), "utf8");
  assert.match(page, /^## Run the migration again\n[^#]+npm run up -- --config passwordRotation=/m);
});

test("changed migrations, functions and rights create a new Job, changed statements do not", async () => {
  const sql = createFolder();
  await cp(fileURLToPath(new URL("../sql", import.meta.url)), sql, { recursive: true });
  const versions = [schemaVersion(sql, ["1", "[]"])];
  assert.equal(metadata.name, `schema-${versions[0]}`);
  await writeFile(join(sql, "migrations/9999_more.sql"), "select 1;");
  versions.push(schemaVersion(sql, ["1", "[]"]));
  await writeFile(join(sql, "functions/more.sql"), "select 1;");
  versions.push(schemaVersion(sql, ["1", "[]"]));
  await appendFile(join(sql, "roles.sql"), "-- more");
  versions.push(schemaVersion(sql, ["1", "[]"]));
  assert.equal(new Set(versions).size, 4);
  await appendFile(join(sql, "statements/claim.sql"), "-- more");
  await appendFile(join(sql, "schema.sql"), "-- more");
  assert.equal(schemaVersion(sql, ["1", "[]"]), versions[3]);
});

test("it retries once within an hour, and the pod's message is the end of its log", () => {
  assert.deepEqual([spec.backoffLimit, spec.activeDeadlineSeconds], [1, 3_640]);
  assert.equal(spec.template.spec.containers[0].terminationMessagePolicy, "FallbackToLogsOnError");
});

test("it migrates as the owner, bypasses a pooler, and reads every password from its Secret", () => {
  const [container] = spec.template.spec.containers;
  assert.deepEqual([container.args, container.image], [["migrate"], "worker:tag"]);
  const env = variables(container);
  const secret = (name: string) => ({ secretKeyRef: { name, key: "password" } });
  assert.deepEqual([env.get("PG_HOST"), env.get("PG_SSLMODE")], ["postgres.example", "verify-full"]);
  assert.equal(env.get("PG_USERNAME"), "postgres");
  assert.deepEqual(env.get("PGPASSWORD"), secret("postgres"));
  assert.deepEqual([env.get("WORKER_USERNAME"), env.get("SCALER_USERNAME")], ["batch_worker", "batch_scaler"]);
  assert.deepEqual(env.get("WORKER_PASSWORD"), secret("batch-worker"));
  assert.deepEqual(env.get("SCALER_PASSWORD"), secret("batch-scaler"));
  for (const absent of ["ATTACH", "MAX_CONNECTIONS_NEEDED"]) assert.ok(!env.has(absent), absent);
});

test("it gets the tables to attach and the connections to check, but no password of a role that a DBA prepared", async () => {
  const attach = [{ kind: "page", table: "shop.pages" }];
  const { env } = await changed({ attach, connectionsNeeded: 44, rolesPrepared: true });
  assert.equal(env.get("ATTACH"), '[{"kind":"page","table":"shop.pages"}]');
  assert.equal(env.get("MAX_CONNECTIONS_NEEDED"), "44");
  assert.equal(env.get("WORKER_USERNAME"), "batch_worker");
  assert.ok(!env.has("WORKER_PASSWORD") && !env.has("SCALER_PASSWORD"));
});

test("its pod uses the pod settings for placement, but not those that serve only the work", async () => {
  const placed = await changed({
    pod: {
      labels: { team: "shop" },
      imagePullSecrets: ["registry"],
      tolerations: [{ operator: "Exists" }],
      nodeSelector: { disk: "ssd" },
      env: { MODE: "fast" },
      volumes: [{ name: "data", emptyDir: {} }],
      volumeMounts: [{ name: "data", mountPath: "/data" }],
      resources: { limits: { "nvidia.com/gpu": "1" } },
      ...sidecarPatch(),
    },
  });
  assert.deepEqual(placed.metadata.labels, { team: "shop" });
  assert.partialDeepStrictEqual(placed.pod, {
    imagePullSecrets: [{ name: "registry" }],
    nodeSelector: { disk: "ssd" },
    initContainers: [{ name: "proxy" }],
  });
  assert.ok(!placed.env.has("MODE") && !("volumes" in placed.pod));
  assert.deepEqual(placed.container.resources, {
    requests: { cpu: "50m", memory: "128Mi" },
    limits: { memory: "128Mi" },
  });
});

test("its pod has the volumes that the patch mounts, which a proxy may need", async () => {
  const { pod } = await changed({
    pod: {
      volumes: ["key", "data", "mine"].map((name) => ({ name, emptyDir: {} })),
      volumeMounts: [{ name: "data", mountPath: "/data" }],
      podSpecPatch: {
        containers: [{ volumeMounts: [{ name: "mine", mountPath: "/mine" }] }],
        initContainers: [{ ...SIDECAR, volumeMounts: [{ name: "key", mountPath: "/key" }] }],
      },
    },
  });
  const names = pod.volumes.map(({ name }: { name: string }) => name);
  assert.deepEqual(names, ["key", "mine"]);
});

test("its pod has what the patch changes only a part of: a volume, a mount", async () => {
  const { pod, container } = await changed({
    pod: {
      volumes: ["key", "data", "mine"].map((name) => ({ name, secret: { secretName: name } })),
      volumeMounts: ["data", "mine"].map((name) => ({ name, mountPath: `/${name}` })),
      podSpecPatch: {
        volumes: [{ name: "key", secret: { defaultMode: 256 } }],
        containers: [{ volumeMounts: [{ mountPath: "/mine", readOnly: true }] }],
      },
    },
  });
  assert.deepEqual(pod.volumes, [
    { name: "key", secret: { secretName: "key", defaultMode: 256 } },
    { name: "mine", secret: { secretName: "mine" } },
  ]);
  assert.deepEqual(container.volumeMounts, [{ name: "mine", mountPath: "/mine", readOnly: true }]);
});

test("its container has the limits that a quota demands of every container, and requests no more", async () => {
  const resources = async (limits: Record<string, string>) =>
    (await changed({ pod: { resources: { requests: { "ephemeral-storage": "50Gi" }, limits } } })).container.resources;
  assert.deepEqual(await resources({ cpu: "2", "ephemeral-storage": "50Gi", "nvidia.com/gpu": "1" }), {
    requests: { cpu: "50m", memory: "128Mi", "ephemeral-storage": "64Mi" },
    limits: { memory: "128Mi", cpu: "2", "ephemeral-storage": "50Gi" },
  });
  assert.deepEqual(await resources({ cpu: "20m" }), {
    requests: { cpu: "20m", memory: "128Mi", "ephemeral-storage": "64Mi" },
    limits: { memory: "128Mi", cpu: "20m" },
  });
});

test("the resources that a patch gives the work are not its own, except limits that a quota demands", async () => {
  const resources = { requests: { memory: "512Mi", cpu: 4 }, limits: { cpu: 8, "nvidia.com/gpu": 1 } };
  const { container } = await changed({ pod: workPatch({ resources, tty: true }) });
  assert.deepEqual(container.resources, {
    requests: { cpu: "50m", memory: "128Mi" },
    limits: { memory: "128Mi", cpu: "8" },
  });
});

test("its pod may take as long to start as the batches' pods", async () => {
  const limits = async (podStartSeconds: number) => (await changed({ podStartSeconds })).spec.activeDeadlineSeconds;
  assert.deepEqual([await limits(40), await limits(600)], [3_640, 4_200]);
  assert.deepEqual(job?.options.customTimeouts, { create: "90m", update: "90m" }, "Pulumi's own 10 minutes are less");
});
