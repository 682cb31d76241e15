import { BATCH_NUMBERS } from "./batchSettings.ts";
import { freeLivenessPort } from "./livenessPort.ts";
import { objectName, podRule } from "./podRules.ts";
import { cpuMillis, memoryMebibytes } from "./quantity.ts";
import { allOrNone, and, isObject, list, number, type Rule, shape, text } from "./rule.ts";

/** A Job's name is a label's value, 63 characters at most: to the batch's, KEDA appends `-` and Kubernetes 5 characters. */
const MAX_NAME = 57;

/** What `kind` may be; the same as `batch.attach()` allows. */
export const kindRule = text(
  /^[a-z][a-z0-9_]{0,39}$/,
  '1 to 40 of a-z, 0-9 and "_", a letter first',
  "the kind given to batch.attach()",
);

/** What a ScaledJob may be called. */
export const batchNameRule = text(
  (name) => /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name) && name.length <= MAX_NAME,
  `1 to ${MAX_NAME} of a-z, 0-9 and "-", a letter first`,
  "a batch's Jobs are named after it",
);

/** What `command` may be. */
export const commandRule = and(
  list(text(/^/, "a text", "a word of a command; quote a number"), { least: 1, why: "a program and its arguments" }),
  (path, value, problems) =>
    text(/./, "a program", "the first word is what runs")(`${path}[0]`, (value as unknown[])[0], problems),
);

/** What `finalExitCodes` may be. */
export const finalExitCodesRule = list(number({ min: 1, max: 255, why: "an exit code; 0 is success" }), {
  why: "exit codes that make a request DEAD",
});

/** What the settings of a batch may be, each on its own. */
export const SETTING_RULES: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(Object.entries(BATCH_NUMBERS).map(([key, rule]) => [key, number(rule)])),
  cpu: text(
    (value) => within(cpuMillis(value), 10, 64_000),
    "a CPU quantity from 10m to 64",
    "with less, Node.js takes too long to start, and no node has more",
  ),
  memory: text(
    (value) => within(memoryMebibytes(value), 64, 256 * 1_024),
    "a memory quantity from 64Mi to 256Gi, in Mi or Gi",
    "the worker itself needs about 30 MiB, its handler as much as the work takes",
  ),
};

const present =
  (why: string): Rule =>
  (path, value, problems) => {
    if (value === undefined || value === "") problems.push(`${path} must be given (${why}); got nothing`);
  };

/** What an image of a pod may be. */
export const imageArgsRule = shape(
  {
    reference: present("what a pod runs"),
    pullPolicy: text(/^(Always|IfNotPresent|Never)$/, "Always, IfNotPresent or Never", "when a node pulls it"),
  },
  ["reference"],
);

/** What a role of the database may be. */
export const roleRule = shape(
  {
    user: text(/./, "a role's name", "who logs in"),
    secretName: present("the Secret with the role's password"),
    secretKey: present("the key of the password in the Secret"),
  },
  ["user", "secretName", "secretKey"],
);

/** What `DatabaseAddress` may be. */
export const addressRule = shape(
  {
    host: present("where PostgreSQL is"),
    port: number({ min: 1, max: 65_535, why: "a TCP port" }),
    database: present("the database's name"),
    sslMode: text(/^(require|verify-full)$/, "require or verify-full", "passwords are only sent over TLS"),
    scalerSslMode: text(/^(require|verify-full)$/, "require or verify-full", "passwords are only sent over TLS"),
    caSecretName: objectName("a Secret in the namespace of the batches"),
    caSecretKey: text(/./, "a Secret's key", "where the certificate is"),
    pooler: shape({ host: present("where the pooler is"), port: number({ min: 1, max: 65_535, why: "a TCP port" }) }, [
      "host",
    ]),
  },
  ["host", "port", "database", "sslMode"],
);

/** What the arguments of a batch may be. */
export const batchRule: Rule = (path, value, problems) => {
  const { command } = isObject(value) ? value : {};
  shape(
    {
      ...SETTING_RULES,
      kind: kindRule,
      name: batchNameRule,
      namespace: objectName("the namespace of the batches"),
      image: imageArgsRule,
      command: commandRule,
      runner: imageArgsRule,
      finalExitCodes: finalExitCodesRule,
      database: addressRule,
      worker: roleRule,
      scaler: roleRule,
      pod: podRule(command !== undefined),
    },
    ["kind", "namespace", "image", "database", "worker", "scaler"],
  )(path, value, problems);
  allOrNone(["command", "runner"], "the runner starts the command")(path || "a batch", value, problems);
  exitCodesOfCommand(path || "a batch", value, problems);
  leaseBehindPooler(path, value, problems);
  freeLivenessPort(path, value, problems);
};

/** Only commands have exit codes. */
export const exitCodesOfCommand: Rule = (path, value, problems) => {
  if (isObject(value) && value.finalExitCodes !== undefined && value.command === undefined)
    problems.push(`${path} must have command with finalExitCodes (a handler throws an error instead); got no command`);
};

/** A pooler makes session locks meaningless: another session gets the connection after each transaction. */
export const leaseBehindPooler: Rule = (_path, value, problems) => {
  const { database, leaseSeconds = 0 } = isObject(value) ? value : {};
  if (isObject(database) && database.pooler !== undefined && leaseSeconds === 0)
    problems.push(
      "leaseSeconds must be 1 or more behind a pooler (it hands out another session for each transaction, so no session lock keeps a claim); got 0",
    );
};

function within(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}
