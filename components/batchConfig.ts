import {
  batchNameRule,
  commandRule,
  exitCodesOfCommand,
  finalExitCodesRule,
  kindRule,
  SETTING_RULES,
} from "./batchRules.ts";
import type { BatchSettings } from "./batchSettings.ts";
import { imageReferenceRule } from "./chartRules.ts";
import { tableRule } from "./migrationRules.ts";
import type { EnvSecret, PodArgs } from "./podArgs.ts";
import { envFromSecretsRule, envRule, podRule } from "./podRules.ts";
import { allOrNone, and, isObject, list, type Rule, shape, text } from "./rule.ts";

/** A batch as the stack's config has it: an element of the list `batches`. A setting that it lacks is the stack's. */
export interface BatchConfig extends BatchSettings {
  /** The name of the kind. */
  readonly kind: string;
  /** The table whose rows are requests. */
  readonly table?: string;
  /** The ScaledJob's name; by default the kind, with - for _. */
  readonly name?: string;
  /** The image of `command`. */
  readonly image?: string;
  /** When a node pulls it. If set, the image is used unchanged, and an init container adds the runner. */
  readonly imagePullPolicy?: string;
  /** The program that does the work, with its arguments. */
  readonly command?: string[];
  /** Exit codes that make a request DEAD. */
  readonly finalExitCodes?: number[];
  /** Environment variables of the work. */
  readonly env?: { [name: string]: string };
  /** Secrets whose keys become environment variables of the work. */
  readonly envFromSecrets?: EnvSecret[];
  /** The cluster's requirements for this batch's pods; each key replaces the stack's. */
  readonly pod?: PodArgs;
}

/** The sample, which a stack without a list deploys. */
export const SAMPLE: BatchConfig & { readonly name: string } = { kind: "clap", name: "postgres-batch" };

const batchConfigRule: Rule = (path, value, problems) => {
  const command = isObject(value) && value.command !== undefined;
  and(
    shape(
      {
        ...SETTING_RULES,
        kind: kindRule,
        table: tableRule,
        name: batchNameRule,
        image: imageReferenceRule("the command is in it"),
        imagePullPolicy: text(
          /^(Always|IfNotPresent|Never)$/,
          "Always, IfNotPresent or Never",
          "when a node pulls the image",
        ),
        command: commandRule,
        finalExitCodes: finalExitCodesRule,
        env: envRule,
        envFromSecrets: envFromSecretsRule,
        pod: podRule(command),
      },
      ["kind", "table"],
    ),
    (at, batch, more) => {
      allOrNone(["image", "command"], "a handler is in the worker's image, a command in the batch's")(at, batch, more);
      exitCodesOfCommand(at, batch, more);
      const { image, imagePullPolicy, kind, name } = batch as BatchConfig;
      if (imagePullPolicy !== undefined && image === undefined)
        more.push(`${at}.imagePullPolicy must come with image (it is the image's); got no image`);
      if (name === undefined) batchNameRule(`${at}.name, by default the kind with - for _,`, defaultName(kind), more);
    },
  )(path, value, problems);
};

/** What the list `batches` may be. */
export const batchesRule = and(
  list(batchConfigRule, { why: "batches with kind, table and what else they need" }),
  (path, value, problems) => {
    for (const [what, of] of [
      ["kinds", ({ kind }: BatchConfig) => kind],
      ["names", batchName],
    ] as const) {
      const all = (value as BatchConfig[]).map(of);
      const twice = all.find((one, index) => all.indexOf(one) !== index);
      if (twice !== undefined)
        problems.push(
          `${path} must have different ${what} (each is one ScaledJob over one table); got ${JSON.stringify(twice)} twice`,
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
