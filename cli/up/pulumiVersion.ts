import { UsageError } from "../usageError.ts";
import { capture } from "./capture.ts";
import { readIfExists, type Session } from "./session.ts";
import { isOlder, parseVersion, requiredPulumi } from "./versions.ts";

/** @throws UsageError when Pulumi is older than Pulumi.yaml requires. */
export async function checkPulumiVersion({ env }: Session): Promise<void> {
  const required = requiredPulumi(readIfExists("Pulumi.yaml") ?? "");
  const version = parseVersion((await capture("pulumi", ["version"], env)).stdout);
  if (version === undefined || !isOlder(version, required)) return;
  throw new UsageError(
    `pulumi must be ${required?.join(".")} or newer (requiredPulumiVersion in Pulumi.yaml); got ${version.join(".")}. ` +
      "To update it: https://www.pulumi.com/docs/install/",
  );
}
