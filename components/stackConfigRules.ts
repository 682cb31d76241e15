import { readFileSync } from "node:fs";
import { type BatchConfig, batchesRule } from "./batchConfig.ts";
import { SETTING_RULES } from "./batchRules.ts";
import { BATCH_NUMBERS, type BatchSettings } from "./batchSettings.ts";
import { imageReferenceRule } from "./chartRules.ts";
import type { ExistingKedaArgs, KedaInstallArgs } from "./keda.ts";
import { existingKedaRule, KEDA_INSTALL_RULES, kedaInstallRule } from "./kedaRules.ts";
import type { PodArgs } from "./podArgs.ts";
import { podRule } from "./podRules.ts";
import type { ExistingPostgresArgs, PostgresInstallArgs, TlsArgs } from "./postgresArgs.ts";
import { POSTGRES_INSTALL_RULES } from "./postgresInstallRules.ts";
import { existingPostgresRule, namespaceRule, rotationRule } from "./postgresRules.ts";
import { and, atMostOne, flag, type Rule, shape, text } from "./rule.ts";
import { baseImageRule, imageBuildRule } from "./workerImageRules.ts";

/** The name of index.ts' component `Postgres`. */
const STACK_POSTGRES = "postgres";

/** The values of all keys, each valid by its own rule. */
export interface ConfigValues extends Required<BatchSettings> {
  readonly passwordRotation: string;
  readonly kubernetesContext: string;
  readonly namespace: string;
  readonly createNamespace: boolean;
  readonly kedaChart: string;
  readonly kedaImageRegistry: string;
  readonly keda: {
    readonly install?: Omit<KedaInstallArgs, "chart" | "imageRegistry">;
    readonly existing?: ExistingKedaArgs;
  };
  readonly postgresqlChart: string;
  readonly postgresqlImageRegistry: string;
  readonly database: {
    readonly install?: Pick<PostgresInstallArgs, "imagePullSecrets" | "releaseName" | "clusterDomain">;
    readonly existing?: ExistingDatabaseConfig;
  };
  readonly baseImage: string;
  readonly image: {
    readonly build?: { readonly registry?: string; readonly pullRegistry?: string; readonly platform?: string };
    readonly existing?: string;
    readonly existingRunner?: string;
    readonly mountRunner?: boolean;
  };
  readonly pod: PodArgs;
  readonly batches: readonly BatchConfig[];
}

/** An existing PostgreSQL; its certificate authority is given as a file on this machine. */
export interface ExistingDatabaseConfig extends ExistingPostgresArgs {
  readonly tls?: Omit<TlsArgs, "ca"> & { readonly caFile?: string };
}

/** How to parse a key, and the validation rule for its value. */
interface ConfigRule {
  readonly type: "integer" | "string" | "boolean" | "array" | "object";
  readonly parse: (text: string) => unknown;
  readonly rule: Rule;
}

const context = text(
  /^(?!.*\p{Cc})\S(.*\S)?$/u,
  "the name of a context (kubectl config get-contexts) on one line, without leading or trailing spaces",
  "the stack uses no other cluster",
);

const caFile = text(
  (path) => isCertificate(path),
  "the path of a file with a certificate in PEM",
  "it verifies the database's certificate",
);

/** Validation rules for every key of the stack. */
export const CONFIG_RULES: Readonly<Record<keyof ConfigValues, ConfigRule>> = {
  ...(Object.fromEntries(
    Object.entries(SETTING_RULES).map(([key, rule]) => [key, key in BATCH_NUMBERS ? ofNumber(rule) : ofText(rule)]),
  ) as Record<keyof BatchSettings, ConfigRule>),
  passwordRotation: ofText(rotationRule),
  kubernetesContext: ofText(context),
  namespace: ofText(namespaceRule),
  createNamespace: {
    type: "boolean",
    parse: parseJson,
    rule: flag("whether to create the namespace, and to delete it at the end"),
  },
  kedaChart: ofText(KEDA_INSTALL_RULES.chart),
  kedaImageRegistry: ofText(KEDA_INSTALL_RULES.imageRegistry),
  keda: ofStructure(
    and(
      shape({
        install: kedaInstallRule(["imagePullSecrets", "namespace", "createNamespace", "releaseName"]),
        existing: existingKedaRule,
      }),
      atMostOne(["install", "existing"], "KEDA is either installed or already exists"),
    ),
  ),
  postgresqlChart: ofText(POSTGRES_INSTALL_RULES.chart),
  postgresqlImageRegistry: ofText(POSTGRES_INSTALL_RULES.imageRegistry),
  database: ofStructure(
    and(
      shape({
        install: shape({
          imagePullSecrets: POSTGRES_INSTALL_RULES.imagePullSecrets,
          releaseName: POSTGRES_INSTALL_RULES.releaseName,
          clusterDomain: POSTGRES_INSTALL_RULES.clusterDomain,
        }),
        existing: existingPostgresRule({ caFile }, STACK_POSTGRES),
      }),
      atMostOne(["install", "existing"], "PostgreSQL is either installed or already exists"),
    ),
  ),
  baseImage: ofText(baseImageRule),
  image: ofStructure(
    and(
      and(
        shape({
          build: imageBuildRule(["registry", "pullRegistry", "platform"]),
          existing: imageReferenceRule("nodes pull it"),
          existingRunner: imageReferenceRule("nodes pull it"),
          mountRunner: flag("whether the pods of commands mount the runner's image"),
        }),
        atMostOne(["build", "existing"], "the image is either built or already exists"),
      ),
      (path, value, problems) => {
        const { build, existing, existingRunner, mountRunner } = value as ConfigValues["image"];
        if (existingRunner !== undefined && existing === undefined)
          problems.push(
            `${path}.existingRunner must be set together with existing (both must have the same version); got no existing`,
          );
        if (mountRunner && existing === undefined && build?.registry === undefined)
          problems.push(
            `${path}.mountRunner must be set together with existing or build.registry (nodes with a Docker daemon cannot mount images); got neither`,
          );
      },
    ),
  ),
  pod: ofStructure(podRule(false)),
  batches: { type: "array", parse: parseJson, rule: batchesRule },
};

function ofText(rule: Rule): ConfigRule {
  return { type: "string", parse: (value) => value, rule };
}

/** Text that is not a number in digits stays as it is: the rule refuses it and shows it. YAML takes a leading zero for octal. */
function ofNumber(rule: Rule): ConfigRule {
  return { type: "integer", parse: (value) => (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(value) ? Number(value) : value), rule };
}

function ofStructure(rule: Rule): ConfigRule {
  return { type: "object", parse: parseJson, rule };
}

function parseJson(value: string): unknown {
  if (value === "") return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function isCertificate(path: string): boolean {
  try {
    return readFileSync(path, "utf8").includes("-----BEGIN CERTIFICATE-----");
  } catch {
    return false;
  }
}
