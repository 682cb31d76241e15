import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { mockEngine, recordResources } from "../tests/support/pulumi/recordResources.ts";
import { BatchScaledJob } from "./batchScaledJob.ts";
import { Keda } from "./keda.ts";
import { Postgres } from "./postgres.ts";
import { SchemaMigration } from "./schemaMigration.ts";
import { WorkerImage } from "./workerImage.ts";

await mockEngine({}, true);

/** What another resource will supply: during a preview it is unknown. */
const later = <Value>() => pulumi.output(pulumi.unknown) as unknown as pulumi.Output<Value>;

const role = () => ({ user: later<string>(), secretName: later<string>(), secretKey: later<string>() });
const shared = {
  namespace: later<string>(),
  image: { reference: later<string>(), pullPolicy: later<string>() },
  database: later<{ host: string; port: number; database: string; sslMode: string }>(),
  worker: role(),
  scaler: role(),
  pod: {
    serviceAccountName: later<string>(),
    env: { URL: later<string>() },
    envFromSecrets: [{ name: later<string>() }],
    volumes: [{ name: "key", secret: { secretName: later<string>() } }],
    nodeSelector: later<{ [label: string]: string }>(),
    imagePullSecrets: [later<string>()],
    podSpecPatch: { containers: [{ env: [{ name: "MODE", value: later() }] }], dnsConfig: later() },
  },
};
const EXISTING = {
  host: later<string>(),
  port: later<number>(),
  database: later<string>(),
  tls: { ca: later<string>(), serverName: later<string>() },
  admin: { user: later<string>(), password: later<string>() },
  worker: { user: later<string>(), secretName: later<string>() },
  scaler: { user: "scaler", password: later<string>() },
  pooler: { host: later<string>(), port: later<number>(), serverName: later<string>() },
};

const components: Record<string, (options: pulumi.ComponentResourceOptions) => pulumi.ComponentResource> = {
  "an image that is built": (options) => {
    const credentials = { username: later<string>(), password: later<string>() };
    return new WorkerImage("image", { build: { registry: "r", credentials }, rebuildTrigger: later() }, options);
  },
  "an existing image": (options) => new WorkerImage("there", { existing: later() }, options),
  "a database to install": (options) => {
    const install = { imagePullSecrets: [later<string>()] };
    return new Postgres("bundled", { install, namespace: later(), createNamespace: false }, options);
  },
  "a KEDA to install": (options) => new Keda("keda", { install: { imagePullSecrets: [later<string>()] } }, options),
  "an existing database": (options) => new Postgres("postgres", { existing: EXISTING }, options),
  "a migration": (options) => new SchemaMigration("schema", { ...shared, admin: role(), attach: later() }, options),
  "a batch": (options) => new BatchScaledJob("batch", { ...shared, kind: "clap", leaseSeconds: 30 }, options),
  "a batch of a command": (options) =>
    new BatchScaledJob("command", { ...shared, kind: "page", command: ["work", later()], runner: later() }, options),
};
for (const [what, make] of Object.entries(components))
  test(`a preview accepts arguments of ${what} that are not known yet`, async () => {
    const { resources } = await recordResources(make);
    assert.match(resources[0]?.type ?? "", /^postgres-batch:index:/);
  });
