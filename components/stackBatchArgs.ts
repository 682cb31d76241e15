import type * as pulumi from "@pulumi/pulumi";
import type { BatchConfig } from "./batchConfig.ts";
import type { BatchScaledJobArgs } from "./batchScaledJob.ts";
import type { EnvSecret, PodArgs } from "./podArgs.ts";
import type { StackBatch } from "./stackConfig.ts";
import type { ImageArgs } from "./workerPod.ts";

/** Arguments that all batches of a stack share; `image` is the worker's, for batches without a command. */
type SharedArgs = Pick<BatchScaledJobArgs, "namespace" | "image" | "database" | "worker" | "scaler"> & {
  readonly pod: PodArgs;
};

/**
 * The component's arguments for a batch in the stack's config.
 *
 * @param runner - the image with the runner and whether to mount it, required for a command
 * @param overlaid - the command's image with the runner added; undefined: the image is used unmodified
 */
export function stackBatchArgs(
  batch: StackBatch,
  shared: SharedArgs,
  runner: Pick<BatchScaledJobArgs, "runner" | "mountRunner"> | undefined,
  overlaid?: pulumi.Input<ImageArgs>,
): BatchScaledJobArgs {
  const { table, image, imagePullPolicy, command, env, envFromSecrets, pod, ...settings } = batch;
  return {
    ...settings,
    ...shared,
    ...(command &&
      image && {
        command,
        image: overlaid ?? { reference: image, ...(imagePullPolicy && { pullPolicy: imagePullPolicy }) },
        ...runner,
        ...(overlaid && { runner: overlaid }),
      }),
    pod: batchPod(shared.pod, ownPod(batch)),
  };
}

/** A batch's pod: each key replaces the stack's, and maps are merged by their keys. */
export function batchPod(stack: PodArgs, batch: PodArgs): PodArgs {
  const { runAsUser, runAsAssignedUser, ...rest } = stack;
  // The two exclude each other: either of the batch replaces both of the stack.
  const hasUser = batch.runAsUser !== undefined || batch.runAsAssignedUser !== undefined;
  const merged: Record<string, unknown> = { ...(hasUser ? rest : stack), ...batch };
  for (const key of ["labels", "annotations", "env", "nodeSelector"] as const)
    if (stack[key] !== undefined && batch[key] !== undefined) merged[key] = { ...stack[key], ...batch[key] };
  return merged;
}

/** A batch's own pod settings, wherever they are set. */
export function ownPod({ pod, env, envFromSecrets }: BatchConfig): PodArgs {
  return { ...pod, ...environment(pod, env, envFromSecrets) };
}

/** Merges a batch's `env` and `envFromSecrets`, which may be set in `pod` as well as next to it. */
function environment(pod: PodArgs = {}, env: PodArgs["env"] = {}, envFromSecrets: EnvSecret[] = []) {
  const variables = { ...pod.env, ...env };
  const secrets = [...(pod.envFromSecrets ?? []), ...envFromSecrets];
  return {
    ...(Object.keys(variables).length > 0 && { env: variables }),
    ...(secrets.length > 0 && { envFromSecrets: secrets }),
  };
}
