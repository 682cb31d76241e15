import type * as pulumi from "@pulumi/pulumi";
import { readBuiltImageId } from "./builtImage.ts";
import { CommandImage, type CommandImageArgs } from "./commandImage.ts";
import type { StackBatch } from "./stackConfig.ts";
import type { WorkerImageArgs } from "./workerImage.ts";

/**
 * The image of a batch's command with the runner in it, where the node's own Docker daemon has both: the user built the one there,
 * and this stack the other. Else undefined, and an init container brings the runner: a node that pulls an image must get it as it is.
 *
 * @param worker - where the images of the stack come from
 */
export function overlaidImage(
  { name, image, imagePullPolicy }: Pick<StackBatch, "name" | "image" | "imagePullPolicy">,
  worker: WorkerImageArgs,
  runner: Pick<CommandImageArgs, "runner" | "rebuildTrigger">,
  opts: pulumi.ComponentResourceOptions,
): CommandImage | undefined {
  const isNodes = worker.build !== undefined && worker.build.registry === undefined;
  // A pull policy asks for the image as nodes pull it.
  if (!isNodes || image === undefined || imagePullPolicy !== undefined) return undefined;
  const imageId = readBuiltImageId(image);
  return imageId === undefined
    ? undefined
    : new CommandImage(name, { ...runner, image, imageId, platform: worker.build?.platform }, opts);
}
