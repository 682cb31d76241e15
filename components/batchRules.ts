import { RETRY_LATER_EXIT_CODE } from "../worker/src/command/commandEnd.ts";
import { COMMAND_NUMBER_RULES, MAX_COMMAND_BYTES } from "../worker/src/command/commandSettings.ts";
import { KIND_PATTERN } from "../worker/src/settings.ts";
import {
  authorityProblems,
  CERTIFICATE_RULES,
  modeRule,
  nameProblems,
  poolerRule,
  ROLE_RULES,
  SERVER_RULES,
} from "./addressRules.ts";
import { BATCH_DEFAULTS, BATCH_NUMBERS } from "./batchSettings.ts";
import { imageReferenceRule } from "./chartRules.ts";
import { freeLivenessPort } from "./livenessPort.ts";
import { namespaceName, prefixName } from "./nameRules.ts";
import { patchedResources } from "./patchedResources.ts";
import type { PodArgs } from "./podArgs.ts";
import { podRule } from "./podRules.ts";
import { cpuMillis, memoryMebibytes, quantityValue } from "./quantity.ts";
import {
  allOrNone,
  and,
  flag,
  isObject,
  isText,
  known,
  list,
  number,
  plain,
  type Rule,
  shape,
  text,
  toFields,
  toObjects,
  typeName,
} from "./rule.ts";

/** Job names are used as label values, at most 63 characters: KEDA appends `-` to the batch's name, Kubernetes 5 characters. */
const MAX_NAME = 57;

/** Validation rules for `kind`; the same as in `batch.attach()`. */
export const kindRule = text(
  KIND_PATTERN,
  '1 to 40 characters from a-z, 0-9 and "_", starting with a letter',
  "the kind given to batch.attach()",
);

/** Validation rules for the name of a ScaledJob. */
export const batchNameRule = prefixName(MAX_NAME, "a batch's Jobs are named after it");

/** An argument may contain a password, as a variable may: no message shows it. */
const argumentRule = known((path, value, problems) => {
  if (typeof value === "string" && !value.includes("\0")) return;
  const got = typeof value === "string" ? "one with it" : typeName(value);
  problems.push(`${path} must be a string without a zero byte (an argument; quote numbers); got ${got}`);
});

/** Validation rules for `command`. */
export const commandRule = and(
  list(argumentRule, { min: 1, why: "a program and its arguments" }),
  (path, value, problems) => {
    text(/./, "a program", "the first element is what runs")(`${path}[0]`, (value as unknown[])[0], problems);
    const bytes = Buffer.byteLength(JSON.stringify((value as unknown[]).filter(isText)));
    if (bytes > MAX_COMMAND_BYTES)
      problems.push(
        `${path} must be at most ${MAX_COMMAND_BYTES} bytes as JSON (it is passed to the runner in a variable, and Linux starts no ` +
          `program with a longer one); got ${bytes}`,
      );
  },
);

/** Validation rules for `finalExitCodes`; the worker refuses the same. */
export const finalExitCodesRule = list(
  and(number({ min: 1, max: 255, why: "an exit code; 0 is success" }), (path, value, problems) => {
    if (value === RETRY_LATER_EXIT_CODE)
      problems.push(
        `${path} must be an exit code other than ${value} (with which a command asks to be run later); got ${value}`,
      );
  }),
  { why: "exit codes that make a request DEAD" },
);

/** Validation rules for `retryAfterSeconds`. */
export const retryAfterSecondsRule = number(COMMAND_NUMBER_RULES.retryAfterSeconds);

/** Validation rules for each setting of a batch. */
export const SETTING_RULES: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(Object.entries(BATCH_NUMBERS).map(([key, rule]) => [key, number(rule)])),
  cpu: text(
    (value) => within(cpuMillis(value), 10, 64_000),
    "a CPU quantity from 10m to 64",
    "Node.js starts too slowly with less, and no node has more",
  ),
  memory: text(
    (value) => within(memoryMebibytes(value), 64, 256 * 1_024),
    "a memory quantity from 64Mi to 256Gi, in Mi or Gi",
    "the worker itself needs about 50 MiB; the work comes on top",
  ),
};

/** Validation rules for `imagePullPolicy`. */
export const pullPolicyRule = text(
  /^(Always|IfNotPresent|Never)$/,
  "Always, IfNotPresent or Never",
  "when nodes pull the image",
);

const present =
  (why: string): Rule =>
  (path, value, problems) => {
    if (value === undefined || value === "") problems.push(`${path} must be set (${why}); got nothing`);
  };

const IMAGE = "the image that pods run";

/** Validation rules for `ImageArgs`. */
export const imageArgsRule = shape(
  { reference: and(present(IMAGE), imageReferenceRule(IMAGE)), pullPolicy: pullPolicyRule },
  ["reference"],
);

/** Validation rules for `RoleCredentials`. */
export const roleRule = shape(ROLE_RULES, ["user", "secretName", "secretKey"]);

/** Validation rules for `DatabaseAddress`. */
export const addressRule = and(
  shape(
    {
      ...SERVER_RULES,
      sslMode: modeRule,
      scalerSslMode: modeRule,
      ...CERTIFICATE_RULES,
      pooler: poolerRule,
    },
    ["host", "port", "database", "sslMode"],
  ),
  (path, value, problems) => {
    const { sslMode: mode, scalerSslMode: scalerMode, ...names } = toFields(value);
    const at = path && `${path}.`;
    problems.push(
      ...authorityProblems(at, "sslMode", ["caSecretName"], toFields(value)),
      ...nameProblems({ mode: `${at}sslMode`, scalerMode: `${at}scalerSslMode` }, { mode, scalerMode, ...names }),
    );
  },
);

/** Validation rules for `BatchScaledJobArgs`. */
export const batchRule: Rule = (path, value, problems) => {
  const { command } = toFields(value);
  shape(
    {
      ...SETTING_RULES,
      kind: kindRule,
      name: plain(batchNameRule),
      graceSeconds: plain(number(BATCH_NUMBERS.graceSeconds)),
      namespace: namespaceName("the namespace of the batches"),
      image: imageArgsRule,
      command: commandRule,
      runner: imageArgsRule,
      mountRunner: flag("whether pods mount the runner's image"),
      finalExitCodes: finalExitCodesRule,
      retryAfterSeconds: retryAfterSecondsRule,
      database: addressRule,
      worker: roleRule,
      scaler: roleRule,
      pod: podRule(command !== undefined),
    },
    ["kind", "namespace", "image", "database", "worker", "scaler"],
  )(path, value, problems);
  allOrNone(["command", "runner"], "the runner starts the command")(path || "a batch", value, problems);
  settingsOfCommand(path || "a batch", value, problems);
  leaseBehindPooler(path, value, problems);
  freeLivenessPort(path, value, problems);
  cpuWithinLimit(path, value, problems);
  patchedResources(path, value, problems);
  freeContainerName(path, value, problems);
};

/** The pod's container is named after the batch, and Kubernetes refuses two containers of one name. */
export const freeContainerName: Rule = (_path, value, problems) => {
  const { name, pod } = toFields(value);
  const { initContainers } = toFields(toFields(pod).podSpecPatch);
  if (toObjects(initContainers).some((container) => container.name === name))
    problems.push(
      `pod.podSpecPatch.initContainers must have other names than the batch (its container is named after it); got ${JSON.stringify(name)}`,
    );
};

/** Kubernetes refuses a pod that requests more than its limit; KEDA would fail to create the Jobs. */
export const cpuWithinLimit: Rule = (_path, value, problems) => {
  const { cpu = BATCH_DEFAULTS.cpu, pod } = toFields(value) as { cpu?: unknown; pod?: PodArgs };
  const limit = pod?.resources?.limits?.cpu;
  if (typeof cpu !== "string" || typeof limit !== "string") return;
  if (quantityValue(limit) < quantityValue(cpu))
    problems.push(
      `pod.resources.limits.cpu must be at least cpu (the request); got ${JSON.stringify(limit)} and ${JSON.stringify(cpu)}`,
    );
};

const INSTEAD = "a handler throws an error instead";
const OF_COMMAND = { finalExitCodes: INSTEAD, retryAfterSeconds: INSTEAD, mountRunner: "a handler needs no runner" };

/** What exit codes mean, and how the runner gets into the pod, can only be set for a command. */
export const settingsOfCommand: Rule = (path, value, problems) => {
  if (!isObject(value) || value.command !== undefined) return;
  for (const [key, why] of Object.entries(OF_COMMAND))
    if (value[key] !== undefined) problems.push(`${path} must have command with ${key} (${why}); got no command`);
};

/** Session locks do not work through a pooler: it may assign another session to each transaction. */
export const leaseBehindPooler: Rule = (_path, value, problems) => {
  const { database, leaseSeconds = 0 } = toFields(value);
  if (isObject(database) && database.pooler !== undefined && leaseSeconds === 0)
    problems.push(
      "leaseSeconds must be 1 or more behind a pooler (each transaction may get another session, so a session lock cannot keep a claim); got 0",
    );
};

function within(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}
