import * as pulumi from "@pulumi/pulumi";
import type { BatchConfig } from "./batchConfig.ts";
import type { PodArgs } from "./podArgs.ts";
import type { StackConfig } from "./stackConfig.ts";

/**
 * Marks what may contain a password in the keys that contain a secret, so that it stays one in Pulumi's state and output: variables, a
 * command's arguments, and patches.
 *
 * @param config - checked already: afterwards these values are known only during the deployment
 */
export function withSecretSettings(config: StackConfig, secrets: readonly string[]): StackConfig {
  return {
    ...config,
    pod: secrets.includes("pod") ? withSecrets(config.pod) : config.pod,
    batches: secrets.includes("batches") ? config.batches.map(withSecrets) : config.batches,
  };
}

function withSecrets<Part extends Pick<BatchConfig, "command" | "pod"> & Pick<PodArgs, "env" | "podSpecPatch">>(
  part: Part,
): Part {
  const { env, command, podSpecPatch, pod } = part;
  return {
    ...part,
    ...(env && { env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, pulumi.secret(value)])) }),
    ...(command && { command: command.map((argument) => pulumi.secret(argument)) }),
    ...(podSpecPatch !== undefined && { podSpecPatch: pulumi.secret(podSpecPatch) }),
    ...(pod && { pod: withSecrets(pod) }),
  };
}
