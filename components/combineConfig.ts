import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { batchName, SAMPLE } from "./batchConfig.ts";
import { SETTING_RULES } from "./batchRules.ts";
import type { BatchSettings } from "./batchSettings.ts";
import { connectionsNeeded } from "./connections.ts";
import type { KedaArgs } from "./keda.ts";
import type { ExistingPostgresArgs } from "./postgresArgs.ts";
import type { StackBatch, StackConfig } from "./stackConfig.ts";
import type { ConfigValues, ExistingDatabaseConfig } from "./stackConfigRules.ts";
import type { ImageBuildArgs, WorkerImageArgs } from "./workerImage.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Builds the components' arguments from the values of the stack's keys. */
export function combineConfig(values: ConfigValues, env: Environment): StackConfig {
  const batches = stackBatches(values);
  return {
    kubernetesContext: values.kubernetesContext,
    keda: keda(values),
    database: database(values),
    image: image(values, values.image.existing, env),
    runner: batches.some(({ command }) => command)
      ? image(values, values.image.existingRunner, env, { target: "runner" })
      : undefined,
    mountRunner: values.image.mountRunner ?? false,
    pod: values.pod,
    migration: {
      passwordRotation: values.passwordRotation,
      attach: batches.flatMap(({ kind, table }) => (table === undefined ? [] : [{ kind, table }])),
      connectionsNeeded: connectionsNeeded(batches, values.database.existing?.pooler !== undefined),
      podStartSeconds: Math.max(...batches.map(({ podStartSeconds }) => podStartSeconds)),
    },
    batches,
  };
}

/** The list, with the stack's settings as the defaults of each batch; the sample if there is no list. */
function stackBatches(values: ConfigValues): StackBatch[] {
  const settings = Object.fromEntries(
    Object.keys(SETTING_RULES).map((key) => [key, values[key as keyof BatchSettings]]),
  ) as Required<BatchSettings>;
  const listed = values.batches.length > 0 ? values.batches : [SAMPLE];
  return listed.map((batch) => ({ ...settings, ...batch, name: batchName(batch) }));
}

function keda({ keda: { install, existing }, kedaChart, kedaImageRegistry, pod }: ConfigValues): KedaArgs {
  if (existing) return { existing };
  return { install: { chart: kedaChart, imageRegistry: kedaImageRegistry, ...install }, ...metadata(pod) };
}

function database(values: ConfigValues): StackConfig["database"] {
  const { namespace, createNamespace, passwordRotation, pod } = values;
  const { install, existing } = values.database;
  return {
    namespace,
    createNamespace,
    passwordRotation,
    ...metadata(pod),
    ...(existing
      ? { existing: withAuthority(existing) }
      : { install: { chart: values.postgresqlChart, imageRegistry: values.postgresqlImageRegistry, ...install } }),
  };
}

function withAuthority({ tls, ...existing }: ExistingDatabaseConfig): ExistingPostgresArgs {
  if (tls === undefined) return existing;
  const { caFile, ...rest } = tls;
  return { ...existing, tls: caFile === undefined ? rest : { ...rest, ca: readFileSync(caFile, "utf8") } };
}

function image(
  { baseImage, image: { build } }: ConfigValues,
  existing: string | undefined,
  env: Environment,
  stage: Pick<ImageBuildArgs, "target"> = {},
): WorkerImageArgs {
  if (existing !== undefined) return { existing };
  return { build: { baseImage, ...stage, ...build, ...credentials(build?.registry, env) } };
}

function credentials(registry: string | undefined, env: Environment): Pick<ImageBuildArgs, "credentials"> {
  const { REGISTRY_USERNAME: username = "", REGISTRY_PASSWORD: password = "" } = env;
  if (registry === undefined || (username === "" && password === "")) return {};
  return { credentials: { username, password: password && pulumi.secret(password) } };
}

function metadata({ labels, annotations }: ConfigValues["pod"]) {
  return { ...(labels && { labels }), ...(annotations && { annotations }) };
}
