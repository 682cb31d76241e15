import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { configured, type Options, readOptions } from "./options.ts";
import { type Finder, finder, missingPrograms, type Program } from "./programs.ts";
import { pulumiEnv } from "./pulumiEnv.ts";
import { ask, follow } from "./run.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** Exit codes beside Pulumi's own: what is needed is not there, or the command line is wrong; something else failed. */
const EXIT = { usage: 64, failed: 1 } as const;

/** What both commands work with. */
export interface Session extends Options {
  readonly isThere: Finder;
  /** What Pulumi is given beside the user's own environment. */
  readonly own: Readonly<Record<string, string>>;
  /** All of it. */
  readonly env: NodeJS.ProcessEnv;
}

/** Something that the user has to mend first: told without a stack trace. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Runs a command from the checkout; the only place where the process exits. */
export async function command(help: string, run: (session: Session) => Promise<number>): Promise<never> {
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
  const file = join(env.PULUMI_HOME || join(homedir(), ".pulumi"), "credentials.json");
  const own = pulumiEnv(ROOT, { env, credentials: existsSync(file) ? readFileSync(file, "utf8") : undefined });
  return await run({ ...options, isThere: finder(env.PATH), own, env: { ...env, ...own } });
}

/** @throws UsageError naming every program that is not there. */
export function need(programs: readonly Program[], isThere: Finder): void {
  const missing = missingPrograms(programs, isThere);
  if (missing.length > 0) throw new UsageError(missing.join("\n"));
}

/** Selects the stack, and makes it where there is none. */
export async function selectStack({ stack, env }: Session): Promise<void> {
  const exitCode = await follow("pulumi", ["stack", "select", stack, "--create"], env);
  if (exitCode !== 0)
    throw new Error(
      `the stack ${stack} must be selected or made; got exit code ${exitCode} from pulumi, which says above what to mend`,
    );
}

/** The context that the stack is for: as the command line says, else as its settings do. */
export async function contextOf({ stack, passedOn, env }: Session): Promise<string> {
  const said = configured(passedOn, "kubernetesContext");
  if (said !== undefined) return said;
  const { exitCode, stdout, stderr } = await ask(
    "pulumi",
    ["config", "get", "kubernetesContext", "--stack", stack],
    env,
  );
  if (exitCode !== 0)
    throw new Error(
      `the stack's kubernetesContext must be readable (no other cluster is touched); got ${stderr.trim()}`,
    );
  return stdout.trim();
}
