import { text } from "node:stream/consumers";
import { RunError } from "@pulumi/pulumi";
import { SYSEXITS } from "../worker/src/outcome.ts";
import { createdNamespaces } from "./createdNamespaces.ts";
import { DEFAULT_POSTGRES } from "./postgresInstallRules.ts";
import { settingNames } from "./settingNames.ts";
import { readStackConfig } from "./stackConfig.ts";
import { CONFIG_RULES } from "./stackConfigRules.ts";

/** A key in the output of `pulumi config --json --show-secrets`. */
interface Setting {
  readonly value?: string;
  readonly secret?: boolean;
  /** Whether it is text in the stack's file. */
  readonly isText?: boolean;
}

// The check of the stack's configuration as a program, for `npm run up`, which starts minikube before Pulumi runs index.ts: the argument is
// the project's name, standard input the output of `pulumi config --json --show-secrets`. A wrong configuration ends it with the message of
// index.ts and exit code 64; otherwise standard output is what `npm run up` needs of it, as JSON.
const [, , project = ""] = process.argv;
const PREFIX = `${project}:`;
const all = Object.entries(JSON.parse(await text(process.stdin)) as Readonly<Record<string, Setting>>);
const settings = new Map(
  all.flatMap(([key, setting]) => (key.startsWith(PREFIX) ? [[key.slice(PREFIX.length), setting]] : [])),
);
const names = settingNames(
  all.map(([key]) => key),
  project,
);
const secrets = [...settings].flatMap(([key, { secret }]) => (secret ? [key] : []));
try {
  const config = readStackConfig((key) => settings.get(key)?.value, process.env, names, secrets);
  refuseText();
  const { podStartSeconds } = config.migration;
  const { namespace } = config.database;
  const scaledJobs = config.batches.map(({ name }) => ({ namespace, name }));
  const installsKeda = config.keda.existing === undefined;
  const { existing, install } = config.database;
  const name = install?.releaseName ?? DEFAULT_POSTGRES.releaseName;
  const installsPostgres = existing === undefined ? { namespace, name } : null;
  const namespaces = createdNamespaces(config);
  const mountsRunner = config.mountRunner && config.runner !== undefined;
  const created = { namespaces, installsKeda, installsPostgres, scaledJobs };
  console.log(JSON.stringify({ ...created, podStartSeconds, mountsRunner }));
} catch (error) {
  if (!RunError.isInstance(error)) throw error;
  // Not to standard error, where Node.js may print warnings.
  console.log((error as Error).message);
  process.exitCode = SYSEXITS.usage;
}

/** Pulumi refuses text for a list or an object, even if it is the right JSON, but only after minikube has started. */
function refuseText(): void {
  const texts = Object.entries(CONFIG_RULES).filter(
    ([key, { type }]) => /^(array|object)$/.test(type) && settings.get(key)?.isText,
  );
  if (texts.length === 0) return;
  const lines = texts.map(([key, { type }]) => {
    const what = type === "array" ? "a list" : "an object";
    return `${key} must be ${what} in the stack's file, or set by pulumi config set --path (Pulumi refuses text); got text`;
  });
  throw new RunError(["the stack's configuration (pulumi config set KEY VALUE):", ...lines].join("\n"));
}
