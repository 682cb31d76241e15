import { SYSEXITS } from "../../worker/src/outcome.ts";
import { runProgram } from "../runProgram.ts";
import { UsageError } from "../usageError.ts";
import { capture } from "./capture.ts";
import { FailedError } from "./failedError.ts";
import { declaredKeys, misplacedSettings } from "./misplacedSettings.ts";
import { PROJECT } from "./projectName.ts";
import { configFile, configFileArgs, configFlag, configFlags } from "./pulumiArgs.ts";
import { readIfExists, type Session, settingsFile } from "./session.ts";
import type { CreatedNamespace, ObjectName } from "./stackState.ts";

/** The check that index.ts makes as well, but only once the cluster runs. */
const PROGRAM = "components/checkStackConfig.ts";

/** A key in the output of `pulumi config --json`; its value is JSON if it is a structure. */
interface Setting {
  readonly value?: string;
  /** A structure, as it is in the stack's file. */
  readonly objectValue?: unknown;
  readonly secret?: boolean;
}

/** The settings as far as they could be read: the form of Pulumi's output may have changed. */
export interface CheckedSettings {
  /** The namespaces that the stack creates. */
  readonly namespaces?: readonly CreatedNamespace[];
  /** Whether the stack installs KEDA. */
  readonly installsKeda?: boolean;
  /** The release of the PostgreSQL that the stack installs; null if it uses an existing one. */
  readonly installsPostgres?: ObjectName | null;
  /** The ScaledJobs of its batches. */
  readonly scaledJobs?: readonly ObjectName[];
  /** Seconds that a pod may take to start: the longest of all batches. */
  readonly podStartSeconds?: number;
  /** Whether pods of commands mount the runner's image. */
  readonly mountsRunner?: boolean;
}

/**
 * Checks the stack's configuration, with the values of `--config`, before anything is started for it.
 *
 * @returns undefined if there is no such stack yet: Pulumi reads no settings without one
 * @throws UsageError with the message of index.ts, which shows no secret; FailedError when the settings cannot be read
 */
export async function checkSettings({ stack, pulumiArgs, env }: Session): Promise<CheckedSettings | undefined> {
  const file = configFile(pulumiArgs) ?? settingsFile(stack);
  const misplaced = misplacedSettings(file, readIfExists(file) ?? "", declaredKeys(readIfExists("Pulumi.yaml") ?? ""));
  if (misplaced.length > 0) throw new UsageError(misplaced.join("\n"));
  const args = ["config", "--json", "--show-secrets", "--stack", stack, ...configFileArgs(pulumiArgs)];
  const { exitCode, stdout, stderr } = await capture("pulumi", args, env);
  if (exitCode !== 0 && /no stack named/.test(stderr)) return undefined;
  if (exitCode !== 0) throw new FailedError(`cannot read the settings of the stack ${stack}: ${stderr.trim()}`);
  const stored = parseSettings(stdout);
  // Output in an unknown form: index.ts makes the same check later.
  if (stored === undefined) return {};
  const given = Object.entries(configFlags(pulumiArgs)).map(([key, value]) => [
    `${PROJECT}:${key}`,
    { value, isText: configFlag(pulumiArgs, key) !== undefined },
  ]);
  const input = JSON.stringify({ ...markTexts(stored), ...Object.fromEntries(given) });
  const checked = await runProgram(process.execPath, [PROGRAM, PROJECT], { env, input });
  if (checked.exitCode === SYSEXITS.usage) throw new UsageError(checked.stdout.trim());
  if (checked.exitCode !== 0)
    throw new FailedError(`cannot check the settings of the stack ${stack}: ${checked.stderr}`);
  return JSON.parse(checked.stdout) as CheckedSettings;
}

function parseSettings(json: string): Readonly<Record<string, Setting>> | undefined {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Marks the settings that are text in the stack's file. Pulumi shows structures as such, also the empty ones that are defaults. */
function markTexts(settings: Readonly<Record<string, Setting>>) {
  const showsStructures = Object.values(settings).some(({ objectValue }) => objectValue !== undefined);
  return Object.fromEntries(
    Object.entries(settings).map(([key, setting]) => [
      key,
      { ...setting, isText: showsStructures && setting.objectValue === undefined && !setting.secret },
    ]),
  );
}
