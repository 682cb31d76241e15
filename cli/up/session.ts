import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { capture } from "./capture.ts";
import { configFlag, type Options, readOptions } from "./options.ts";
import { type IsInstalled, missingPrograms, type Program, pathLookup } from "./programs.ts";
import { pulumiEnv } from "./pulumiEnv.ts";
import { runInteractive } from "./runInteractive.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** Exit codes in addition to Pulumi's: the command line or the environment is wrong; anything else failed. */
const EXIT = { usage: 64, failed: 1 } as const;

/** What both commands work with. */
export interface Session extends Options {
  readonly isInstalled: IsInstalled;
  /** The variables that Pulumi gets in addition to the user's environment. */
  readonly extraEnv: Readonly<Record<string, string>>;
  /** The user's environment and `extraEnv`. */
  readonly env: NodeJS.ProcessEnv;
}

/** Something that the user has to correct before anything can start; printed without a stack trace. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Runs a command from the checkout; the only place where the process exits. */
export async function runCommand(help: string, run: (session: Session) => Promise<number>): Promise<never> {
  try {
    process.exit(await start(help, run));
  } catch (error) {
    console.error((error as Error).message);
    process.exit(error instanceof UsageError || error instanceof RangeError ? EXIT.usage : EXIT.failed);
  }
}

async function start(help: string, run: (session: Session) => Promise<number>): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(help);
    return 0;
  }
  process.chdir(ROOT);
  const { env } = process;
  const credentials = readIfExists(join(env.PULUMI_HOME || join(homedir(), ".pulumi"), "credentials.json"));
  const extraEnv = pulumiEnv(ROOT, { env, credentials });
  return await run({ ...options, isInstalled: pathLookup(env.PATH), extraEnv, env: { ...env, ...extraEnv } });
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
  throw new Error(
    `cannot select or create the stack ${stack}: pulumi ended with exit code ${exitCode}, for the reason above`,
  );
}

/** The context that the stack is for: from the command line, else from its settings. */
export async function stackContext({ stack, pulumiArgs, env }: Session): Promise<string> {
  const flag = configFlag(pulumiArgs, "kubernetesContext");
  if (flag !== undefined) return flag;
  const { exitCode, stdout, stderr } = await capture(
    "pulumi",
    ["config", "get", "kubernetesContext", "--stack", stack],
    env,
  );
  if (exitCode === 0) return stdout.trim();
  throw new Error(
    `cannot read the kubernetesContext of the stack ${stack} (no other cluster is touched): ${stderr.trim()}` +
      (/no stack named/.test(stderr) ? ". To see the stacks: pulumi stack ls" : ""),
  );
}

/** The content of a file; undefined where it does not exist. */
export function readIfExists(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
