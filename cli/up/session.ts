import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "../runCommand.ts";
import { runInteractive } from "../runInteractive.ts";
import { UsageError } from "../usageError.ts";
import { capture } from "./capture.ts";
import { FailedError } from "./failedError.ts";
import { type Help, type Options, readOptions } from "./options.ts";
import { type IsInstalled, missingPrograms, type Program, pathLookup } from "./programs.ts";
import { configFile, configFileArgs, configFlag } from "./pulumiArgs.ts";
import { pulumiCommand } from "./pulumiCommand.ts";
import { pulumiEnv } from "./pulumiEnv.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** What both commands need. */
export interface Session extends Options {
  readonly isInstalled: IsInstalled;
  /** The variables that Pulumi gets in addition to the user's environment. */
  readonly extraEnv: Readonly<Record<string, string>>;
  /** The user's environment and `extraEnv`. */
  readonly env: NodeJS.ProcessEnv;
}

/** Runs a command in the checkout's folder, with Pulumi's state and passphrase chosen, and exits with its code. */
export async function runSession(help: Help, run: (session: Session) => Promise<number>): Promise<never> {
  return await runCommand(async (args) => {
    const options = readOptions(help, args);
    process.chdir(ROOT);
    checkConfigFile(options);
    const { env } = process;
    const credentials = readIfExists(join(env.PULUMI_HOME || join(findHome(), ".pulumi"), "credentials.json"));
    const extraEnv = pulumiEnv(ROOT, { env, credentials });
    return await run({ ...options, isInstalled: pathLookup(env.PATH), extraEnv, env: { ...env, ...extraEnv } });
  });
}

/** Pulumi takes a file that does not exist for an empty one, and would deploy the defaults. */
function checkConfigFile({ pulumiArgs }: Options): void {
  const file = configFile(pulumiArgs);
  if (file === undefined || existsSync(file)) return;
  throw new UsageError(
    `--config-file must be an existing file (it has the stack's settings; a relative path begins at ${ROOT}); got ${JSON.stringify(file)}`,
  );
}

/** A user without a name, as in a container, may have no home. */
function findHome(): string {
  try {
    return homedir();
  } catch (error) {
    throw new UsageError("HOME must be a folder (Pulumi keeps its plugins and logins there); got none", {
      cause: error,
    });
  }
}

/** @throws UsageError listing every program that is missing. */
export function requirePrograms(programs: readonly Program[], isInstalled: IsInstalled): void {
  const missing = missingPrograms(programs, isInstalled);
  if (missing.length > 0) throw new UsageError(missing.join("\n"));
}

/** Selects the stack, and creates it if it does not exist. */
export async function selectStack({ stack, env }: Session): Promise<void> {
  const exitCode = await runInteractive("pulumi", ["stack", "select", stack, "--create"], env);
  if (exitCode === 0) return;
  throw new FailedError(
    `cannot select or create the stack ${stack}: pulumi exited with ${exitCode} for the reason above`,
  );
}

/**
 * The context of the stack: from the command line, otherwise from its settings.
 *
 * @throws UsageError when it is empty; FailedError when the settings cannot be read.
 */
export async function stackContext({ stack, pulumiArgs, env, extraEnv }: Session): Promise<string> {
  const flag = configFlag(pulumiArgs, "kubernetesContext");
  if (flag !== undefined) return checkContext(flag);
  const { exitCode, stdout, stderr } = await capture(
    "pulumi",
    ["config", "get", "kubernetesContext", "--stack", stack, ...configFileArgs(pulumiArgs)],
    env,
  );
  if (exitCode === 0) return checkContext(stdout.trim());
  const file = configFile(pulumiArgs) ?? settingsFile(stack);
  throw new FailedError(
    `cannot read the kubernetesContext of the stack ${stack} (no other cluster is touched): ${stderr.trim()}` +
      (/no stack named/.test(stderr)
        ? `. To see the stacks: ${pulumiCommand(["stack", "ls"], extraEnv)}`
        : `. Its settings are in ${file}`),
  );
}

/** The file of a stack's settings. */
export function settingsFile(stack: string): string {
  return `Pulumi.${stack.split("/").at(-1)}.yaml`;
}

/** kubectl would take an empty name for the current context. */
function checkContext(context: string): string {
  if (context !== "") return context;
  throw new UsageError(
    'kubernetesContext must be the name of a context (the stack uses no other cluster: kubectl config get-contexts); got ""',
  );
}

/**
 * The content of a file; undefined if it does not exist.
 *
 * @throws UsageError when it cannot be read: after a `sudo npm run up` it may belong to root.
 */
export function readIfExists(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(`${file} must be a file that this user may read; got ${message}`, { cause: error });
  }
}
