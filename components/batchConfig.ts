import {
  batchNameRule,
  commandRule,
  finalExitCodesRule,
  kindRule,
  pullPolicyRule,
  retryAfterSecondsRule,
  SETTING_RULES,
  settingsOfCommand,
} from "./batchRules.ts";
import type { BatchSettings } from "./batchSettings.ts";
import { imageReferenceRule } from "./chartRules.ts";
import { SAMPLE_KIND, tableOfKindRule, tableRule } from "./migrationRules.ts";
import type { EnvSecret, PodArgs } from "./podArgs.ts";
import { envFromSecretsRule, envRule, podPartRule } from "./podRules.ts";
import { allOrNone, and, findTwice, list, type Rule, shape, toFields } from "./rule.ts";

/** A batch in the stack's config: an element of the list `batches`. Unset fields inherit the stack's settings. */
export interface BatchConfig extends BatchSettings {
  /** The kind, as `batch.attach()` knows it. */
  readonly kind: string;
  /** The table whose rows are requests; required in the list, and missing only in the sample, whose table is attached from the start. */
  readonly table?: string;
  /** ScaledJob name; defaults to the kind with underscores replaced by hyphens. */
  readonly name?: string;
  /** The image that contains `command`. */
  readonly image?: string;
  /** Pull policy of `image`. If set, the image is used unmodified, without the runner as a layer. */
  readonly imagePullPolicy?: string;
  /** The program that does the work, and its arguments. */
  readonly command?: string[];
  /** Exit codes that make a request DEAD. */
  readonly finalExitCodes?: number[];
  /** Seconds until a request is run again after exit code 75, unless the command sets another time; defaults to 60. */
  readonly retryAfterSeconds?: number;
  /** Environment variables of the work. */
  readonly env?: { [name: string]: string };
  /** Secrets whose keys become environment variables of the work. */
  readonly envFromSecrets?: EnvSecret[];
  /** Pod settings for this batch; each key overrides the stack's. */
  readonly pod?: PodArgs;
}

/** The sample batch, deployed when `batches` is empty. */
export const SAMPLE: BatchConfig & { readonly name: string } = { kind: SAMPLE_KIND, name: "postgres-batch" };

const batchConfigRule: Rule = (path, value, problems) => {
  const command = toFields(value).command !== undefined;
  and(fieldsRule(command), batchContradictions)(path, value, problems);
};

function fieldsRule(command: boolean): Rule {
  return shape(
    {
      ...SETTING_RULES,
      kind: kindRule,
      table: tableRule,
      name: batchNameRule,
      image: imageReferenceRule("it contains the command"),
      imagePullPolicy: pullPolicyRule,
      command: commandRule,
      finalExitCodes: finalExitCodesRule,
      retryAfterSeconds: retryAfterSecondsRule,
      env: envRule,
      envFromSecrets: envFromSecretsRule,
      pod: podPartRule(command),
    },
    ["kind", "table"],
  );
}

const imageAndCommand = allOrNone(
  ["image", "command"],
  "a command runs in the batch's image, a handler in the worker's",
);

const batchContradictions: Rule = (path, value, problems) => {
  imageAndCommand(path, value, problems);
  settingsOfCommand(path, value, problems);
  tableOfKindRule(path, value, problems);
  const { image, imagePullPolicy, kind, name } = value as BatchConfig;
  if (imagePullPolicy !== undefined && image === undefined)
    problems.push(`${path}.imagePullPolicy must be set together with image (it applies to that image); got no image`);
  if (name === undefined) batchNameRule(`${path}.name, derived from kind,`, defaultName(kind), problems);
};

/** Validation rules for the list `batches`. */
export const batchesRule = and(
  list(batchConfigRule, { why: "batches, each with kind, table and optional settings" }),
  (path, value, problems) => {
    for (const [what, getKey] of [
      ["kinds", ({ kind }: BatchConfig) => kind],
      ["names", batchName],
    ] as const) {
      const twice = findTwice((value as BatchConfig[]).map(getKey));
      if (twice !== undefined)
        problems.push(
          `${path} must have different ${what} (each batch is one ScaledJob for one table); got ${JSON.stringify(twice)} twice`,
        );
    }
  },
);

/** The name of a batch's ScaledJob. */
export function batchName({ name, kind }: BatchConfig): string {
  return name ?? defaultName(kind);
}

function defaultName(kind: string): string {
  return kind.replaceAll("_", "-");
}
