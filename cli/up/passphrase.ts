import { UsageError } from "../usageError.ts";
import { capture } from "./capture.ts";
import { configFile, configFileArgs } from "./pulumiArgs.ts";
import { readIfExists, type Session, settingsFile } from "./session.ts";

/** Pulumi may first download its plugins. */
const LIMIT_SECONDS = 1_800;

/**
 * Checks, before anything is started, that the stack's secrets can be read.
 *
 * @throws UsageError when the passphrase is not the one with which the stack was created.
 */
export async function checkPassphrase({ stack, pulumiArgs, env, extraEnv }: Session): Promise<void> {
  // Without a salt there is no passphrase: the stack is new, or its backend manages the key.
  const file = configFile(pulumiArgs) ?? settingsFile(stack);
  if (!readIfExists(file)?.includes("encryptionsalt:")) return;
  // Reads the key and then stops because the target does not exist.
  const probe = ["refresh", "--preview-only", "--non-interactive", "--target", "none", "--stack", stack];
  const all = [...probe, ...configFileArgs(pulumiArgs)];
  const { stdout, stderr } = await capture("pulumi", all, env, LIMIT_SECONDS);
  if (/incorrect passphrase|passphrase must be set/.test(stdout + stderr)) {
    throw new UsageError(passphraseProblem(stack, extraEnv.PULUMI_CONFIG_PASSPHRASE === ""));
  }
}

function passphraseProblem(stack: string, isDefault: boolean): string {
  return (
    `PULUMI_CONFIG_PASSPHRASE must be the passphrase that the stack ${stack} was created with (it encrypts the stack's secrets); ` +
    (isDefault
      ? "got the empty one, which is the default. Set the original one: export PULUMI_CONFIG_PASSPHRASE=..."
      : "got another one, or none. If none was set originally: PULUMI_CONFIG_PASSPHRASE= npm run up")
  );
}
