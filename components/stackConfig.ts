import { RunError } from "@pulumi/pulumi";
import type { BatchConfig } from "./batchConfig.ts";
import { cpuWithinLimit, freeContainerName, leaseBehindPooler } from "./batchRules.ts";
import type { BatchSettings } from "./batchSettings.ts";
import { combineConfig } from "./combineConfig.ts";
import { bundledConnections } from "./connections.ts";
import { hostPlatform } from "./hostPlatform.ts";
import type { KedaArgs } from "./keda.ts";
import { DEFAULT_KEDA } from "./kedaRules.ts";
import { freeLivenessPort } from "./livenessPort.ts";
import { unusedNamespace } from "./nameRules.ts";
import { patchedPodRule } from "./patchedPod.ts";
import { patchedResources } from "./patchedResources.ts";
import type { PodArgs } from "./podArgs.ts";
import { assignedUserRule, mountsRule } from "./podRules.ts";
import type { PostgresArgs } from "./postgres.ts";
import { noTemplates } from "./postgresRules.ts";
import { quotedDates } from "./quotedDates.ts";
import { withoutValue } from "./refuseWrongArgs.ts";
import { restrictedPods } from "./restrictedPods.ts";
import { and, problem, type Rule, toFields } from "./rule.ts";
import type { SchemaMigrationArgs } from "./schemaMigration.ts";
import { withSecretSettings } from "./secretSettings.ts";
import { CONFIG_RULES, type ConfigValues } from "./stackConfigRules.ts";
import { stackPods } from "./stackPods.ts";
import type { WorkerImageArgs } from "./workerImage.ts";

/** A batch of the stack, with the settings it inherits from the stack. */
export type StackBatch = BatchConfig & Required<BatchSettings> & { readonly name: string };

/** The validated configuration of the stack. The keys' defaults are in Pulumi.yaml, those of an object's fields in its component. */
export interface StackConfig {
  readonly kubernetesContext: string;
  readonly keda: KedaArgs;
  readonly database: PostgresArgs & { readonly namespace: string };
  readonly image: WorkerImageArgs;
  /** The image with the runner, if any batch runs a command. */
  readonly runner: WorkerImageArgs | undefined;
  /** Whether the pods of commands mount that image. */
  readonly mountRunner: boolean;
  readonly pod: PodArgs;
  /** The migration's arguments that come from the configuration. */
  readonly migration: Required<
    Pick<SchemaMigrationArgs, "passwordRotation" | "attach" | "connectionsNeeded" | "podStartSeconds">
  >;
  readonly batches: readonly StackBatch[];
}

/**
 * Reads and validates all keys before anything is created.
 *
 * @param get - returns the value of a key as a string: JSON if its type is `array` or `object`
 * @param env - the credentials of the registry: REGISTRY_USERNAME, REGISTRY_PASSWORD
 * @param names - every key that is set: Pulumi accepts those that no program reads
 * @param secrets - the keys that contain a secret, whose values no message shows
 * @throws RunError naming all wrong keys at once, each with what is allowed, why, and the value.
 */
export function readStackConfig(
  get: (key: string) => string | undefined,
  env: Readonly<Record<string, string | undefined>> = {},
  names: readonly string[] = [],
  secrets: readonly string[] = [],
): StackConfig {
  const known = Object.keys(CONFIG_RULES);
  const problems = names
    .filter((name) => !known.includes(name))
    .map((name) => problem("a key", `one of ${known.join(", ")}`, "no other is known", name));
  const values: Record<string, unknown> = {};
  for (const [key, { parse, rule }] of Object.entries(CONFIG_RULES)) {
    values[key] = parse(get(key) ?? "");
    and(rule, quotedDates)(key, values[key], problems);
  }
  refuse(problems, secrets);
  const config = combineConfig(values as unknown as ConfigValues, env);
  for (const rule of [
    commandsNeedRunner,
    registryCredentials,
    namespaces,
    batchSettings,
    batchPods,
    bundledConnections,
    templates,
    architecture,
  ])
    rule("", config, problems);
  refuse(problems, secrets);
  restrictedPods("", config, problems);
  refuse(problems, secrets);
  return withSecretSettings(config, secrets);
}

function refuse(problems: readonly string[], secrets: readonly string[]): void {
  if (problems.length === 0) return;
  const hidden = secrets.filter((key) => Object.hasOwn(CONFIG_RULES, key));
  const lines = problems.map((line) => (mayShow(line, hidden) ? line : withoutValue(line)));
  throw new RunError(`the stack's configuration (pulumi config set KEY VALUE):\n${lines.join("\n")}`);
}

/** Whether a message may be shown with its value: it begins with what is wrong, which must not be a key with secrets. */
function mayShow(message: string, secrets: readonly string[]): boolean {
  const [what = ""] = message.split(" must ");
  return /^(a|the) key\b/.test(what) || !secrets.some((key) => new RegExp(`\\b${key}\\b`).test(what));
}

const commandsNeedRunner: Rule = (_path, value, problems) => {
  const { image, runner } = value as StackConfig;
  if (image.existing !== undefined && runner !== undefined && runner.existing === undefined)
    problems.push(
      "image.existingRunner must be set together with image.existing (a batch has a command, which the runner starts); got nothing",
    );
};

const registryCredentials: Rule = (_path, value, problems) => {
  const { credentials } = (value as StackConfig).image.build ?? {};
  if (credentials !== undefined && !(credentials.username && credentials.password))
    problems.push(
      "REGISTRY_USERNAME and REGISTRY_PASSWORD must be set together or not at all (they are used to push to the registry); got only one",
    );
};

/** At the end the namespace of the batches is deleted with everything in it. */
const namespaces: Rule = (_path, value, problems) => {
  const { keda, database } = value as StackConfig;
  const { namespace, createNamespace } = database;
  if (createNamespace) unusedNamespace("namespace with createNamespace", namespace, problems);
  const operators = keda.existing?.namespace ?? keda.install?.namespace ?? DEFAULT_KEDA.namespace;
  const isCreatedForKeda = !keda.existing && keda.install?.createNamespace !== false;
  if (namespace === operators && (createNamespace || isCreatedForKeda))
    problems.push(
      `namespace must be other than KEDA's (each is created, and deleted with everything in it); got ${JSON.stringify(namespace)} for both`,
    );
};

/** A pushed image has one architecture; pods on other nodes would fail at their start, each as a crash. */
const architecture: Rule = (_path, value, problems) => {
  const config = value as StackConfig;
  const { registry, platform = hostPlatform() } = config.image.build ?? {};
  if (registry === undefined) return;
  for (const [path, { nodeSelector, podSpecPatch }] of stackPods(config)) {
    const patched = toFields(toFields(podSpecPatch).nodeSelector)["kubernetes.io/arch"];
    const selected = patched ?? toFields(nodeSelector)["kubernetes.io/arch"];
    if (selected === undefined || `linux/${selected}` === platform) continue;
    problems.push(
      `${path}.${patched === undefined ? "" : "podSpecPatch."}nodeSelector.kubernetes.io/arch must be that of image.build.platform, ${platform} (the pushed image has one architecture); got ${JSON.stringify(selected)}`,
    );
    return;
  }
};

/** The labels and annotations of the stack's pods are also those of the bundled PostgreSQL's objects. */
const templates: Rule = (_path, value, problems) => {
  const { database, pod } = value as StackConfig;
  if (!database.existing) noTemplates("pod", pod.annotations, problems);
};

/** Contradictions between a batch's settings and the stack's. A batch's patch replaces the stack's, as in `stackBatchArgs`. */
const batchSettings: Rule = (path, value, problems) => {
  const { database, pod, batches } = value as StackConfig;
  const found: string[] = [];
  for (const batch of batches) {
    const args = { ...batch, database: database.existing, pod: { ...pod, ...batch.pod } };
    for (const rule of [leaseBehindPooler, freeLivenessPort, cpuWithinLimit, patchedResources, freeContainerName])
      rule(path, args, found);
  }
  problems.push(...new Set(found));
};

/** A batch may mount the stack's volumes, and has the stack's patch unless it has its own. */
const batchPods: Rule = (_path, value, problems) => {
  for (const [path, pod] of stackPods(value as StackConfig))
    for (const rule of [mountsRule, assignedUserRule, patchedPodRule]) rule(path, pod, problems);
};
